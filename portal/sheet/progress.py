"""The steps of an app's registration: which are done, and which is next.

The settings show some steps to be done; only a person knows about the others. Source: Rutter's
BigCommerce setup guide, and BigCommerce's documentation for the marketplace.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from portal.fields import CALLBACK_FIELDS
from portal.model import AppRegistration
from portal.sheet.commands import Commands


class Step(NamedTuple):
    """A step: `key` identifies it."""

    key: str
    title: str


SELLER_ACCOUNT = Step("seller-account", "Create a seller account")
PORTAL = Step("portal", "Open the developer portal")
COMPANY_STEPS = (SELLER_ACCOUNT, PORTAL)

CREATE = Step("create", "Create the app")
FIELDS = Step("fields", "Enter the callback URLs and the scopes")
CREDENTIALS = Step("credentials", "Add the credentials to the stack")
RUTTER_PLATFORM = Step("rutter-platform", "Enable BigCommerce in Rutter")
TEST_STORE = Step("test-store", "Install the app on a test store")

PARTNER_ACCOUNT = Step("partner-account", "Apply for a partner account")
APPROVAL = Step("approval", "Log in to the partner account")
FINANCIAL_CONTACT = Step("financial-contact", "Add a financial contact")
PARTNER_ID = Step("partner-id", "Record the Partner ID")
SUBMIT = Step("submit", "Submit the app for review")
REVIEW = Step("review", "Answer the review")
MARKETPLACE_STEPS = (PARTNER_ACCOUNT, APPROVAL, FINANCIAL_CONTACT, PARTNER_ID, SUBMIT, REVIEW)


@dataclass(frozen=True)
class NextStep:
    """The next step of an app, with a sentence and the commands to run in this order."""

    step: Step
    what: str
    commands: tuple[str, ...] = ()


def app_steps(app: AppRegistration) -> tuple[Step, ...]:
    """Return the steps of an app, which follow those of the company."""
    rutter = (RUTTER_PLATFORM,) if app.rutter else ()
    return (CREATE, FIELDS, CREDENTIALS, *rutter, TEST_STORE)


def step_number(step: Step, app: AppRegistration) -> int:
    """Return the number of a step of the company, or of the app."""
    return (*COMPANY_STEPS, *app_steps(app)).index(step) + 1


def done_steps(app: AppRegistration) -> frozenset[Step]:
    """Return the steps of the company and the app that the app's settings show to be done."""
    done: set[Step] = set()
    if app.client_id or app.has_registered_urls:
        done |= {*COMPANY_STEPS, CREATE}
    if app.client_id:
        done |= {CREDENTIALS}
    if app.has_registered_urls:
        done |= {FIELDS}
    return frozenset(done)


def done_by_company(apps: Sequence[AppRegistration]) -> frozenset[Step]:
    """Return the steps of the company and the marketplace that all settings show to be done."""
    done = frozenset().union(*map(done_steps, apps)) & {*COMPANY_STEPS}
    if any(app.partner_id for app in apps):
        done |= {PARTNER_ACCOUNT, APPROVAL, FINANCIAL_CONTACT}
    return done | {PARTNER_ID} if all(app.partner_id for app in apps) else done


def next_step(app: AppRegistration, commands: Commands) -> NextStep:
    """Return the first step that the app's settings do not show to be done."""
    record = (commands.set_registered_base_url(app), commands.up)
    if app.has_moved:
        *others, last = (field.label for field in CALLBACK_FIELDS)
        fields = f"{', '.join(others)} and {last}"
        what = f"The callback URLs have changed. In the developer portal, edit {fields}, and save."
        return NextStep(FIELDS, f"{what} Then record the change.", record)
    if app.status == "awaiting-registration":
        if not app.has_registered_urls:
            last_step = step_number(CREDENTIALS, app)
            what = f"Create the app in the developer portal, and continue to step {last_step}."
            return NextStep(CREATE, what)
        return NextStep(
            CREDENTIALS,
            "Add the app's client ID and client secret to the stack.",
            (commands.set_client_id(app), commands.set_client_secret(app), commands.up),
        )
    if not app.has_registered_urls:
        what = "Make sure that the developer portal has the four callback URLs, and record it."
        return NextStep(FIELDS, what, record)
    check = (commands.check(app),)
    if app.rutter:
        what = "Enable BigCommerce in Rutter, and install the app on a test store."
        return NextStep(RUTTER_PLATFORM, what, check)
    return NextStep(TEST_STORE, "Check the callbacks, and install the app on a test store.", check)
