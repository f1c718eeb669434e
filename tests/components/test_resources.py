"""Names of resources, and outputs of components. resources.yaml lists every resource."""

from tests.components.recorder import Recording
from tests.components.recordings import Recorder
from tests.components.stacks import GLOBEX, RUTTER


def test_no_organization_ids_make_two_resources_share_a_name(record: Recorder) -> None:
    ids = [GLOBEX, *(f"{GLOBEX}{mark}rutter" for mark in "-_"), "rutter", "installations"]
    apps = [
        RUTTER["apps"][0] | {"organizationId": id_, "clientId": f"a{n}"}
        for n, id_ in enumerate(ids)
    ]
    secrets = {
        key: dict.fromkeys(ids, "secret") for key in ("clientSecrets", "rutterClientSecrets")
    }
    recording = record({"apps": apps, **secrets})
    named = [each for each in recording.resources if each.custom and "name" in each.inputs]
    names = [(each.type, each.inputs["name"]) for each in named]
    assert len(names) == len(set(names))
    urns = [each.urn for each in recording.resources]
    assert len(urns) == len(set(urns))


def test_managed_policies_and_secrets_keep_their_first_description(customized: Recording) -> None:
    """Another would replace a policy that is attached, or ask for more rights to a secret's key."""
    kept = {each.name for each in customized.resources if each.ignored == ["description"]}
    assert kept == {"access-token-reader", "operator", GLOBEX}


def test_every_component_registers_its_outputs(awaiting: Recording) -> None:
    for component in (each.urn for each in awaiting.resources if not each.custom):
        outputs = awaiting.registered_outputs[component]
        assert outputs
        assert all(outputs.values())
