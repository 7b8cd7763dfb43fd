"""What every request passes through: headers, cookies, limits on its size, logging, error pages."""
