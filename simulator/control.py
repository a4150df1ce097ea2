"""Control pages under /control: health and faults. They belong to tests, demos and operators, never to the product."""

from fastapi import APIRouter, HTTPException

from simulator.faults import Fault, Faults, FaultSpec


def router(faults: Faults) -> APIRouter:
    routes = APIRouter(prefix="/control")

    @routes.get("/health")
    async def health() -> dict[str, object]:
        """Reads the store, so that an answer means that the simulated world can be used."""
        return {"status": "ok", "faults": len(faults.list())}

    @routes.post("/faults", status_code=201)
    async def set_fault(spec: FaultSpec) -> Fault:
        return faults.add(spec)

    @routes.get("/faults")
    async def list_faults() -> list[Fault]:
        return faults.list()

    @routes.delete("/faults")
    async def clear_faults() -> dict[str, int]:
        return {"cleared": faults.clear()}

    @routes.delete("/faults/{fault_id}")
    async def clear_fault(fault_id: str) -> dict[str, int]:
        if not (cleared := faults.clear(fault_id)):
            raise HTTPException(404, f"No fault has the id {fault_id}; GET /control/faults lists them.")
        return {"cleared": cleared}

    return routes
