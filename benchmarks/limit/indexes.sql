-- What the hand-written statements of the limit need.
CREATE INDEX limit_bookings_created ON bookings (created_at, id);
CREATE INDEX limit_bookings_status_amount ON bookings (status, total_amount, id);
CREATE INDEX limit_bookings_customer ON bookings (customer_id, created_at, id);
CREATE INDEX limit_bookings_provider ON bookings (provider_id, created_at, id);
CREATE INDEX limit_bookings_service ON bookings (service_id, created_at, id);
CREATE INDEX limit_users_created ON users (created_at, id);
CREATE INDEX limit_users_words ON users USING gin
    ((email || ' ' || (profile->>'firstName') || ' ' || (profile->>'lastName')) gin_trgm_ops);
CREATE INDEX limit_services_title ON services USING gin (title gin_trgm_ops);
