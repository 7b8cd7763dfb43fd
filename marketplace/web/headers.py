"""Security headers: a strict content policy, no framing, nothing kept by caches behind the log-in."""

from flask import Flask, Response, g, request

from marketplace.extensions import talisman

CONTENT_SECURITY_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}

OWN_IMAGES = "img-src 'self' data:"


def init_headers(app: Flask) -> None:
    app.after_request(_add_headers)  # Registered before Talisman's, it runs after it.
    talisman.init_app(
        app,
        content_security_policy=CONTENT_SECURITY_POLICY,
        content_security_policy_nonce_in=["script-src"],
        force_https=False,  # The proxy in front ends TLS and redirects to it; HSTS is sent where it does.
        frame_options="DENY",
        referrer_policy="same-origin",
        session_cookie_secure=False,  # cookies.py decides by the request.
        strict_transport_security_max_age=365 * 24 * 60 * 60,
    )


def allow_remote_images() -> None:
    """Let this page show images from anywhere that has TLS: it is about them. They are fetched by the browser alone."""
    g.allow_remote_images = True


def hide_referrer(response: Response) -> Response:
    """Let no address learn where this page's visitor came from: for pages that show or carry a token."""
    g.hide_referrer = True
    return response


def _add_headers(response: Response) -> Response:
    if g.get("hide_referrer"):
        response.headers["Referrer-Policy"] = "no-referrer"
    if g.get("allow_remote_images"):
        policy = response.headers.get("Content-Security-Policy", "")
        response.headers["Content-Security-Policy"] = policy.replace(OWN_IMAGES, f"{OWN_IMAGES} https:")
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if request.endpoint is None or not request.endpoint.endswith("static"):
        response.headers["Cache-Control"] = "no-store"
    return response
