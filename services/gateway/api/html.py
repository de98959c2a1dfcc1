"""The frame of the few pages this door shows itself: no scripts, nothing from elsewhere."""

from html import escape

from fastapi.responses import HTMLResponse

_STYLE = (
    "body{font:1.05rem/1.6 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;"
    "color:#1b1b1b}"
    "h1{font-size:1.6rem}label{display:block;margin-top:1rem;font-weight:600}"
    "input{font:inherit;padding:.5rem;width:100%;box-sizing:border-box;"
    "border:1px solid #555;border-radius:.3rem}"
    "button{font:inherit;padding:.5rem 1rem;margin-top:.5rem;border:0;border-radius:.3rem;background:#9b1c1c;"
    "color:#fff;cursor:pointer}button:focus,input:focus{outline:3px solid #f2b84b}"
    "dt{font-weight:600;margin-top:.6rem}dd{margin:0}.wrong{border-left:4px solid #9b1c1c;padding-left:.8rem}"
)


def page(title: str, body: str, *, status: int = 200, form_action: str = "'self'") -> HTMLResponse:
    """Return a page; `body` is HTML whose values are escaped already."""
    text = (
        f'<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="robots" content="noindex">'
        f"<style>{_STYLE}</style></head><body><main>{body}</main></body></html>"
    )
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; form-action {form_action};"
        " frame-ancestors 'none'; base-uri 'none'"
    )
    return HTMLResponse(text, status_code=status, headers={"Content-Security-Policy": policy})
