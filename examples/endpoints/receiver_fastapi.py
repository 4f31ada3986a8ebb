"""The receiver in a FastAPI application. `pip install 'clickqueue[receiver]' fastapi`, then `uvicorn receiver_fastapi:app`."""

import os

from fastapi import FastAPI

from clickqueue_receiver import Settings, create_app

DATABASE = os.environ.get("CLICKS_DB", "clicks.sqlite3")
ORIGIN = os.environ.get("CLICKS_ORIGIN", "https://shop.example")  # of the page with the widget

receiver = create_app(Settings(db=f"sqlite:///{DATABASE}", allow_origin=(ORIGIN,)))
app = FastAPI(lifespan=receiver.lifespan)
app.mount("/tracking", receiver)


@app.get("/")
def home() -> dict[str, str]:
    """The rest of the application."""
    return {"clicks": "/tracking/api/track/click"}
