"""What goes wrong with every provider of pictures and videos, in the same words."""

from datetime import timedelta

from providers.errors import OutcomeUnknown, ProviderError, ReconnectNeeded, Refused, RetryLater, VendorReply

_LOOK = "It is not known whether the render was started and will be paid for."


def no_answer(label: str, problem: str, *, effects: bool) -> ProviderError:
    """The line broke. `effects`: the call has some, and its first byte had left."""
    vendor = VendorReply(message=problem)
    if effects:
        return OutcomeUnknown(label, f"{label} did not answer. {_LOOK}", vendor=vendor)
    return RetryLater(label, f"{label} cannot be reached. It will be asked again by itself.", vendor=vendor)


def unexplained(label: str, vendor: VendorReply, *, effects: bool) -> ProviderError:
    """A failure of theirs, a proxy's page or nonsense: it proves nothing about a call with effects."""
    if effects:
        return OutcomeUnknown(label, f"{label} gave an answer that proves nothing. {_LOOK}", vendor=vendor)
    return RetryLater(label, f"{label} is unwell. It will be asked again by itself.", vendor=vendor)


def key_rejected(label: str, setting: str, vendor: VendorReply) -> ProviderError:
    message = f"{label} does not accept the key. Put a valid {setting} into the settings and resume."
    return ReconnectNeeded(label, message, vendor=vendor)


def credit_used_up(label: str, vendor: VendorReply) -> ProviderError:
    return ReconnectNeeded(
        label, f"The {label} account has no credit left. Add credit at {label} and resume.", vendor=vendor
    )


def model_gone(label: str, vendor: VendorReply) -> ProviderError:
    message = f"{label} does not offer this model to this account. Choose another model in the settings and resume."
    return ReconnectNeeded(label, message, vendor=vendor)


def throttled(label: str, wait: timedelta | None, vendor: VendorReply) -> ProviderError:
    message = f"{label} takes no more renders at the moment. It will be asked again by itself."
    return RetryLater(label, message, retry_after=wait, vendor=vendor)


def refused(label: str, vendor: VendorReply) -> ProviderError:
    said = f" It says: {vendor.message[:300]}" if vendor.message else ""
    message = f"{label} cannot do this render: change the description, the picture or the model.{said}"
    return Refused(label, message, vendor=vendor)


DECLINED = "The content filter of {label} stopped this. Change the wording or the pictures and render again."
BROKE_DOWN = "The render broke down at {label}. It can be rendered again."
