-- Believable rows, the same at each run: every choice is a hash of the row's number and of the column's own salt.
-- :bookings bookings; a tenth as many users, a fiftieth as many services; one user in twenty is a provider.

CREATE FUNCTION pg_temp.pick(number bigint, salt int, size bigint) RETURNS bigint IMMUTABLE LANGUAGE sql AS $$
    SELECT (hashint8extended(number, salt) & 9223372036854775807) % size
$$;

CREATE FUNCTION pg_temp.key(kind text, number bigint) RETURNS uuid IMMUTABLE LANGUAGE sql AS $$
    SELECT md5(kind || number)::uuid
$$;

CREATE TEMP TABLE sizes AS SELECT
    :bookings::bigint AS bookings,
    greatest(:bookings / 10, 100)::bigint AS users,
    greatest(:bookings / 50, 20)::bigint AS services,
    greatest(:bookings / 200, 5)::bigint AS providers,
    timestamptz '2024-11-01 00:00 UTC' AS first_moment,
    interval '730 days' AS span;

-- Names that hold the letters `ann` are chosen so often that about 40 % of the users match it.
CREATE TEMP TABLE names AS SELECT
    ARRAY['Anna', 'Annika', 'Johann', 'Susanne', 'Dianne', 'Marianne', 'Joanna', 'Yannick', 'Hannah',
          'María', 'José', 'Peter', 'Lucía', 'Thomas', 'Zoë', 'Emily', 'Oliver', 'Sofie', 'Noah', 'Mila', 'Lukas',
          'Emma', 'Felix', 'Clara', 'Henry', 'Isabel', 'Jakob', 'Kathrin', 'Leo', 'Marie', 'Niels', 'Olga', 'Paul',
          'Rosa', 'Simon', 'Theresa', 'Ulrich', 'Vera', 'Wim', 'Yusuf'] AS firsts,
    ARRAY['Hermann', 'Cannon', 'Neumann', 'Manning', 'Lehmann', 'Bannister', 'Hoffmann', 'Fanning', 'Brannon',
          'Smith', 'Müller', 'García', 'Jones', 'Rossi', 'Novak', 'Silva', 'Peters', 'Weber', 'Fischer', 'Dubois',
          'Moreau', 'Kowalski', 'Nilsson', 'Berg', 'Costa', 'Ricci', 'Keller', 'Vogel', 'Lopez', 'Young', 'Hill',
          'Green', 'Baker', 'Cooper', 'Turner', 'Murphy', 'O''Neill', 'Wood', 'Scott', 'Price'] AS lasts,
    ARRAY['Harbour Street', 'Mill Lane', 'Station Road', 'Elm Avenue', 'River Walk', 'High Street'] AS streets;

INSERT INTO users (id, email, password, role, profile, created_at, updated_at)
SELECT pg_temp.key('user', n),
    lower(translate(first || '.' || last, 'áéíóúëüñ''', 'aeioueun')) || n || '@example.com',
    '$2b$12$' || rpad(translate(encode(sha256(n::text::bytea), 'base64'), '+=', './'), 53, 'x'),
    CASE WHEN n <= providers THEN 'provider' ELSE 'customer' END,
    json_build_object('firstName', first, 'lastName', last,
        'phone', '+1 555 ' || lpad(pg_temp.pick(n, 3, 10000000)::text, 7, '0'),
        'address', 1 + pg_temp.pick(n, 4, 180) || ' ' || streets[1 + pg_temp.pick(n, 5, 6)]),
    joined, joined + pg_temp.pick(n, 7, 86400) * interval '1 second'
FROM sizes, names, generate_series(1, sizes.users) AS n,
    LATERAL (SELECT firsts[1 + pg_temp.pick(n, 1, 40)] AS first,
        -- Marked names, each rarer than the next: 20 users, 0.1 %, 1 % and 10 % of them.
        CASE WHEN n % (sizes.users / 20) = 3 THEN 'Quillfeather'
            WHEN n % 1000 = 501 THEN 'Thistledown'
            WHEN n % 100 = 42 THEN 'Marwick'
            WHEN n % 10 = 6 THEN 'Hollis'
            ELSE lasts[1 + pg_temp.pick(n, 2, 40)] END AS last) AS named,
    LATERAL (SELECT first_moment - interval '365 days' + span * (n::float8 / sizes.users)
        + pg_temp.pick(n, 6, 60000000) * interval '1 microsecond' AS joined) AS times;

INSERT INTO services (id, provider_id, title, description, category, price, currency, duration, availability, images,
    is_active, created_at)
SELECT pg_temp.key('service', n), pg_temp.key('user', 1 + pg_temp.pick(n, 11, providers)),
    kinds[kind] || ' ' || (ARRAY['at home', 'for beginners', 'express', 'premium', 'weekend', 'for two', 'online',
        'for families'])[1 + pg_temp.pick(n, 13, 8)] || ' no. ' || n,
    'Everything needed comes along. ' || kinds[kind] || ' by somebody who has done it for '
        || 2 + pg_temp.pick(n, 14, 20) || ' years. Parking is right before the door, and tea is included.',
    (ARRAY['wellness', 'sports', 'home', 'lessons', 'beauty', 'repairs'])[1 + kind % 6],
    15 + pg_temp.pick(n, 15, 18000) / 100.0, (ARRAY['USD', 'USD', 'USD', 'EUR', 'GBP'])[1 + pg_temp.pick(n, 16, 5)],
    30 + 15 * pg_temp.pick(n, 17, 7),
    '{"monday": [{"start": "09:00", "end": "17:00"}], "wednesday": [{"start": "10:00", "end": "18:00"}]}'::json,
    json_build_array('https://images.example.com/' || n || '.jpg'), pg_temp.pick(n, 18, 10) > 0,
    first_moment - interval '365 days' + span * (n::float8 / sizes.services)
FROM sizes, (SELECT ARRAY['Deep Tissue Massage', 'Yoga', 'Window Cleaning', 'Guitar Lessons', 'Haircut', 'Bicycle Repair',
        'Physiotherapy', 'Tennis Coaching', 'Gardening', 'Spelling Lessons', 'Manicure', 'Plumbing', 'Reflexology',
        'Swimming Course', 'Moving Help', 'French Tuition', 'Make-up', 'Electrical Work', 'Pilates', 'Running Club',
        'Tile Laying', 'Singing Lessons', 'Beard Trim', 'Phone Repair', 'Aromatherapy'] AS kinds) AS lists,
    generate_series(1, sizes.services) AS n, LATERAL (SELECT 1 + pg_temp.pick(n, 12, 25) AS kind) AS chosen;

INSERT INTO bookings (id, customer_id, service_id, provider_id, status, scheduled_at, duration, total_amount, notes,
    created_at)
SELECT pg_temp.key('booking', n),
    pg_temp.key('user', 1 + providers + pg_temp.pick(n, 21, sizes.users - providers)),
    pg_temp.key('service', service),
    pg_temp.key('user', 1 + pg_temp.pick(service, 11, providers)),
    CASE WHEN dice < 10 THEN 'pending' WHEN dice < 35 THEN 'confirmed' WHEN dice < 85 THEN 'completed'
        ELSE 'cancelled' END,
    date_trunc('hour', booked) + pg_temp.pick(n, 25, 720) * interval '1 hour',
    30 + 15 * pg_temp.pick(service, 17, 7),
    15 + pg_temp.pick(service, 15, 18000) / 100.0 + pg_temp.pick(n, 26, 4) * 5,
    CASE WHEN pg_temp.pick(n, 27, 10) < 3 THEN (ARRAY['Please ring twice.', 'The dog is friendly.',
        'Bring the small ladder, "not" the big one.', 'Third floor, no lift.'])[1 + pg_temp.pick(n, 28, 4)] END,
    booked
FROM sizes, generate_series(1, sizes.bookings) AS n,
    LATERAL (SELECT 1 + pg_temp.pick(n, 22, sizes.services) AS service, pg_temp.pick(n, 23, 100) AS dice,
        first_moment + span * (n::float8 / sizes.bookings)
            + pg_temp.pick(n, 24, 50000000) * interval '1 microsecond' AS booked) AS chosen;

INSERT INTO password_reset_tokens (id, email, token, expires_at, is_used, created_at)
SELECT pg_temp.key('token', n), email, encode(sha256(n::text::bytea), 'hex'), created_at + interval '1 day',
    n % 3 = 0, created_at
FROM sizes, generate_series(1, sizes.users / 100) AS n JOIN users ON users.id = pg_temp.key('user', n * 50);
