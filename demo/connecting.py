"""Connects a fresh simulated ad account the way a person does: consent dialog, account, page, pixel, check."""

from demo.client import Api, DemoFailed, Json, Simulator


def connect_account(api: Api, simulator: Simulator, advertiser: Json, event: str | None) -> Json:
    """The connected account as the API shows it. Reading is consented to first, writing after that."""
    user = str(advertiser["user_id"])
    number = str(advertiser["account_id"])
    account: Json = {}
    for access in ("read", "write"):
        dialog = api.post("/api/v1/ad-accounts/consent", {"access": access})["dialog_url"]
        grant = api.get_absolute(simulator.consent(dialog, user))
        account = api.post("/api/v1/ad-accounts", {"grant": grant["grant"], "external_id": number})
    choices = api.get(f"/api/v1/ad-accounts/{account['id']}/choices")
    page = choices["pages"][0]
    forms = page["lead_forms"]
    chosen = api.put_plain(
        f"/api/v1/ad-accounts/{account['id']}/choices",
        {
            "page_id": page["id"],
            "instagram_user_id": page["instagram_user_id"],
            "pixel_id": choices["pixels"][0]["id"],
            "pixel_event": event,
            "lead_form_id": forms[0]["id"] if forms else None,
        },
    )
    obstacles = (chosen.get("preflight") or {}).get("obstacles") or []
    if obstacles:
        raise DemoFailed(f"The simulated account is not ready to publish: {obstacles}")
    return chosen
