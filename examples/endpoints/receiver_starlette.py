"""The receiver in a Starlette application. `pip install 'clickqueue[receiver]'`, then `uvicorn receiver_starlette:app`."""

import os

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from clickqueue_receiver import Settings, create_app

DATABASE = os.environ.get("CLICKS_DB", "clicks.sqlite3")
ORIGIN = os.environ.get("CLICKS_ORIGIN", "https://shop.example")  # of the page with the widget


def home(request: Request) -> JSONResponse:
    """The rest of the application."""
    return JSONResponse({"clicks": "/tracking/api/track/click"})


receiver = create_app(Settings(db=f"sqlite:///{DATABASE}", allow_origin=(ORIGIN,)))
app = Starlette(routes=[Route("/", home), Mount("/tracking", receiver)], lifespan=receiver.lifespan)
