"""Asks a language model for advice on one campaign, because a person wanted it."""

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.advising import Advising
    from models.contracts.advising import AdviceGiven, AskAdvice, NoAdvice
    from workflows import policies
    from workflows.account_run import words_of


@workflow.defn
class AdviceWorkflow:
    """`advice-{campaign_id}`: one at a time. Where there is none, people are told why, and it ends with the words."""

    @workflow.run
    async def run(self, wish: AskAdvice) -> AdviceGiven:
        try:
            return await workflow.execute_activity_method(
                Advising.advise, wish, summary="Ask the language model", **policies.ADVISE
            )
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            words = words_of(error)
            await workflow.execute_activity_method(
                Advising.say_why_not,
                NoAdvice(**wish.model_dump(), words=words),
                summary="Say why there is none",
                **policies.WRITE_TEXT,
            )
            raise ApplicationError(words, type="no_advice", non_retryable=True) from error
