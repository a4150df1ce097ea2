"""Turns the faults that strike a create request into the script of the new job."""

from simulator.faults import Fault, FaultName, Faults
from simulator.media.jobs import Ending, Script

ENDINGS = {
    FaultName.NSFW: Ending.NSFW,
    FaultName.JOB_FAILED: Ending.FAILED,
    FaultName.JOB_TIMEOUT: Ending.TIMED_OUT,
    FaultName.STUCK: Ending.STUCK,
}


def script_for(faults: Faults, path: str) -> Script:
    def take(name: FaultName) -> Fault | None:
        return faults.take(name, "POST", path)

    script = Script()
    for name, ending in ENDINGS.items():
        if fault := take(name):
            script.flagged = int(fault.params.get("outputs", 0))
            script.ending = Ending.SUCCEEDED if script.flagged else ending
            script.detail = fault.params.get("detail")
            break
    script.throttled = take(FaultName.THROTTLED) is not None
    script.cancel_ignored = take(FaultName.CANCEL_IGNORED) is not None
    script.webhook_lost = take(FaultName.LOST_WEBHOOK) is not None
    script.webhook_twice = take(FaultName.DUPLICATE_WEBHOOK) is not None
    if late := take(FaultName.LATE_WEBHOOK):
        script.webhook_late = {late.params.get("event", "completed"): float(late.params.get("seconds", 1))}
    if bad := take(FaultName.BAD_SIGNATURE):
        script.signature_age_s = float(bad.params.get("age_s", 0))
        script.bad_signature = not script.signature_age_s
    script.forgotten = take(FaultName.FORGOTTEN) is not None
    return script
