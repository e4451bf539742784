from fastapi import FastAPI, HTTPException

from orders import store

app = FastAPI()


@app.get("/orders/{order}")
async def read_order(order: str) -> dict[str, str]:
    state = await store.state(order)
    if state is None:
        raise HTTPException(404)
    return {"order": order, "state": state}
