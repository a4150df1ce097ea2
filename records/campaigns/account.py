"""What planning needs to know of the connected ad account."""

from models.domain.brief import Dsa
from models.domain.defaults import AccountFacts
from models.tables.ad_account import AdAccount
from records.campaigns.refusals import needed


def account_facts(account: AdAccount) -> AccountFacts:
    """Raises CommandRefused where connecting the account was not finished."""
    unfinished = f"Finish connecting the ad account {account.name!r}: choose a page and run its check."
    minimum = needed((account.preflight or {}).get("min_daily_minor"), unfinished)
    dsa = None
    if account.dsa_beneficiary and account.dsa_payor:
        dsa = Dsa(beneficiary=account.dsa_beneficiary, payor=account.dsa_payor)
    return AccountFacts(
        account_id=account.external_id,
        currency=account.currency,
        zone=account.timezone,
        page_id=needed(account.page_id, unfinished),
        instagram_user_id=account.instagram_user_id,
        pixel_id=account.pixel_id,
        event=account.pixel_event,
        lead_form_id=account.lead_form_id,
        dsa=dsa,
        min_daily_minor=int(str(minimum)),
    )
