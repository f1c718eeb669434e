"""How far an app's registration is: which steps of the guide are done, and which is next.

The steps are those of Rutter's BigCommerce setup guide, without those at Rutter for an app whose
stores are not connected to it, and then the way to the marketplace. The stack knows of some of
them; whether the others are done only the engineer knows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from portal.fields import CALLBACK_FIELDS
from portal.model import AppRegistration
from portal.sheet.commands import Commands


class Step(NamedTuple):
    """A step of the guide: `key` identifies it, `title` says it briefly."""

    key: str
    title: str


PARTNER_ACCOUNT = Step("partner-account", "Apply for a partner account")
APPROVAL = Step("approval", "Log in to it")
FINANCIAL_CONTACT = Step("financial-contact", "Name a financial contact")
PARTNER_ID = Step("partner-id", "Record the Partner ID")
SELLER_ACCOUNT = Step("seller-account", "Create a seller account")
PORTAL = Step("portal", "Open the developer portal")
COMPANY_STEPS = (
    PARTNER_ACCOUNT,
    APPROVAL,
    FINANCIAL_CONTACT,
    PARTNER_ID,
    SELLER_ACCOUNT,
    PORTAL,
)
CREATE = Step("create", "Create the app")
FIELDS = Step("fields", "Enter the callback URLs and the scopes")
CREDENTIALS = Step("credentials", "Give the credentials to this stack")
RUTTER_CREDENTIALS = Step("rutter-credentials", "Give the credentials to Rutter")
RUTTER_PLATFORM = Step("rutter-platform", "Enable BigCommerce in Rutter")
TEST_STORE = Step("test-store", "Install it on a test store")
SUBMIT = Step("submit", "Submit it for review")
REVIEW = Step("review", "Answer the review")


@dataclass(frozen=True)
class NextStep:
    """What to do next for an app.

    Attributes:
        step: the step of the guide it begins with.
        what: a sentence.
        commands: to run in this order; none if the step is not in this stack.
    """

    step: Step
    what: str
    commands: tuple[str, ...] = ()


def app_steps(app: AppRegistration) -> tuple[Step, ...]:
    """The steps of an app, which follow those of the company."""
    rutter = (RUTTER_CREDENTIALS, RUTTER_PLATFORM) if app.rutter else ()
    return (CREATE, FIELDS, CREDENTIALS, *rutter, TEST_STORE, SUBMIT, REVIEW)


def number_of(step: Step, app: AppRegistration) -> int:
    """The number of a step of the company, or of the app."""
    return (*COMPANY_STEPS, *app_steps(app)).index(step) + 1


def done_steps(app: AppRegistration) -> frozenset[Step]:
    """The steps that are done, as far as the app's settings tell."""
    done: set[Step] = set()
    if app.partner_id:
        done |= {PARTNER_ACCOUNT, APPROVAL, FINANCIAL_CONTACT, PARTNER_ID}
    if app.client_id or app.has_registered_urls:
        done |= {SELLER_ACCOUNT, PORTAL, CREATE}
    if app.client_id:
        done |= {CREDENTIALS, RUTTER_CREDENTIALS}
    if app.has_registered_urls:
        done |= {FIELDS}
    return frozenset(done)


def done_by_company(apps: Sequence[AppRegistration]) -> frozenset[Step]:
    """The company's steps that are done: the Partner ID must be recorded for each app."""
    done = frozenset().union(*map(done_steps, apps)) & set(COMPANY_STEPS)
    return done if all(app.partner_id for app in apps) else done - {PARTNER_ID}


def next_step(app: AppRegistration, commands: Commands) -> NextStep:
    """The first thing that is still to be done, as far as the app's settings tell."""
    if app.has_moved:
        return NextStep(
            FIELDS,
            f"The callback URLs have changed. In the developer portal edit {_fields()}, save, and "
            "record it.",
            (commands.set_registered_base_url(app), commands.up),
        )
    if app.status == "awaiting-registration":
        return _register(app, commands)
    if not app.has_registered_urls:
        return NextStep(
            FIELDS,
            "Make sure that the developer portal has the four callback URLs below, and record it.",
            (commands.set_registered_base_url(app), commands.up),
        )
    if app.rutter:
        return NextStep(
            RUTTER_PLATFORM,
            "Enable BigCommerce in Rutter, and install the app on a test store.",
            (commands.check(app),),
        )
    return NextStep(
        TEST_STORE,
        "Check the callbacks, and install the app on a test store.",
        (commands.check(app),),
    )


def _register(app: AppRegistration, commands: Commands) -> NextStep:
    if not app.has_registered_urls:
        last = number_of(CREDENTIALS, app)
        what = f"Create the app in the developer portal, and go on to step {last}."
        return NextStep(CREATE, what)
    return NextStep(
        CREDENTIALS,
        "Give the app's Client ID and Client Secret to this stack.",
        (commands.set_client_id(app), commands.set_client_secret(app), commands.up),
    )


def _fields() -> str:
    *others, last = (field.label for field in CALLBACK_FIELDS)
    return f"{', '.join(others)} and {last}"
