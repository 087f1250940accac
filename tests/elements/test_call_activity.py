"""Call activities: another procedure inside the same case; only mapped variables pass."""

from __future__ import annotations

from diagrams import diagram

from engine.bpmn import Marking, read
from engine.bpmn.happenings import ScopeOpened
from engine.bpmn.trial import Trial

CHILD = diagram(
    """
    <startEvent id="cs"/><userTask id="review"/><endEvent id="ce"/>
    cs -> review
    review -> ce
    """,
    process="child",
)


def _caller(called: str = 'processId="child"', mapping: str = "", extra: str = "") -> bytes:
    return diagram(
        f"""
        <startEvent id="s"/>
        <callActivity id="call"><extensionElements><zeebe:calledElement {called}/>
          <zeebe:ioMapping>{mapping}</zeebe:ioMapping></extensionElements></callActivity>
        {extra}
        <endEvent id="e"/>
        s -> call
        call -> e
        """
    )


MAPPED = (
    '<zeebe:input source="=applicant" target="who"/>'
    '<zeebe:output source="=opinion" target="opinions.health"/>'
)


def test_only_what_is_mapped_passes_in_and_out() -> None:
    trial = Trial(_caller(mapping=MAPPED), others=[CHILD]).start(
        applicant="李", secret="s", opinions={"fire": "ok"}
    )
    marking = trial.marking
    assert marking is not None
    (item,) = marking.waiting()
    assert marking.variables(item.scope) == {"who": "李"}
    trial.complete("review", opinion="agree", scratch=1)
    assert trial.ended
    assert trial.variables == {
        "applicant": "李",
        "secret": "s",
        "opinions": {"fire": "ok", "health": "agree"},
    }


def test_the_callers_variables_are_out_of_sight_but_its_scopes_are_told_to_the_host() -> None:
    asked: list[tuple[int, ...]] = []
    child = diagram(
        """
        <startEvent id="cs"/><exclusiveGateway id="g" default="g_b"/><task id="a"/><task id="b"/>
        cs -> g
        g -> a : secret != null
        g -> b
        """,
        process="child",
    )
    trial = Trial(_caller(), others=[child])
    names = trial.context.names

    def listen(scopes: tuple[int, ...]) -> object:
        asked.append(scopes)
        return names(scopes)

    trial.context.names = listen  # type: ignore[method-assign, assignment]
    trial.start(secret=1)
    assert trial.done == ["b", "call"]
    assert max(map(len, asked)) >= 2
    assert all(scopes[-1] == 1 for scopes in asked)


def test_all_variables_pass_where_the_call_says_so() -> None:
    called = 'processId="child" propagateAllParentVariables="true" propagateAllChildVariables="true"'
    trial = Trial(_caller(called), others=[CHILD]).start(a=1)
    marking = trial.marking
    assert marking is not None
    assert marking.variables(marking.waiting()[0].scope) == {"a": 1}
    trial.complete("review", b=2)
    assert trial.variables == {"a": 1, "b": 2}


def test_nothing_passes_unmapped() -> None:
    trial = Trial(_caller(), others=[CHILD]).start(a=1)
    trial.complete("review", b=2)
    assert trial.variables == {"a": 1}


def test_the_digest_of_what_was_called_is_kept_and_a_newer_one_changes_nothing_for_a_running_call() -> None:
    trial = Trial(_caller(), others=[CHILD]).start()
    opened = [one for one in trial.happenings if isinstance(one, ScopeOpened)]
    assert opened[-1].digest == read(CHILD).digest
    newer = read(CHILD.replace(b"review", b"inspect"))
    trial.context.procedure = lambda process: newer  # type: ignore[method-assign]
    trial.complete("review")
    assert trial.ended


def test_the_called_id_may_be_an_expression() -> None:
    trial = Trial(_caller('processId="=which"'), others=[CHILD]).start(which="child")
    assert trial.open() == ["review"]
    assert trial.definition.called() == ()
    assert read(_caller()).called() == ("child",)


def test_a_procedure_that_is_not_there_is_an_incident_until_it_is() -> None:
    trial = Trial(_caller()).start()
    assert trial.open("incident") == ["call"]
    child = read(CHILD)
    trial.context.known[child.digest] = child
    trial.retry("call")
    assert trial.open("item") == ["review"]


def test_an_error_inside_the_called_procedure_is_caught_on_the_call() -> None:
    extra = """<boundaryEvent id="edge" attachedToRef="call"><errorEventDefinition/></boundaryEvent>
        <task id="instead"/>
        edge -> instead"""
    trial = Trial(_caller(extra=extra), others=[CHILD]).start()
    trial.throw("review", "E9", why="x")
    assert trial.trace == [
        ("entered", "call"),
        ("entered", "review"),
        ("failed", "review"),
        ("failed", "call"),
        ("entered", "instead"),
        ("completed", "instead"),
    ]
    assert trial.ended


def test_terminate_ends_the_called_procedure_alone() -> None:
    child = diagram(
        """
        <startEvent id="cs"/><parallelGateway id="f"/><userTask id="a"/><userTask id="b"/>
        <endEvent id="stop"><terminateEventDefinition/></endEvent>
        cs -> f
        f -> a
        f -> b
        a -> stop
        """,
        process="child",
    )
    trial = Trial(_caller(), others=[child]).start()
    trial.complete("a")
    assert ("cancelled", "b") in trial.trace
    assert ("completed", "call") in trial.trace
    assert trial.ended


def test_a_global_task_can_be_called() -> None:
    library = diagram("", process="unused", more='<globalUserTask id="sign" name="签发"/>')
    trial = Trial(_caller('processId="sign"'), others=[library]).start()
    assert [one.element for one in trial.waiting("item")] == ["sign.task"]
    trial.complete("sign.task")
    assert trial.ended


def test_a_procedure_that_calls_itself_without_end_becomes_an_incident() -> None:
    endless = _caller('processId="p"')
    trial = Trial(endless).start()
    (incident,) = trial.waiting("incident")
    assert incident.name is not None
    assert "deep" in incident.name


def test_calls_in_calls_unwind_one_by_one() -> None:
    counting = diagram(
        """
        <startEvent id="s"/><exclusiveGateway id="g" default="g_e"/>
        <callActivity id="call"><extensionElements><zeebe:calledElement processId="p"/><zeebe:ioMapping>
          <zeebe:input source="=n - 1" target="n"/><zeebe:output source="=sum" target="below"/>
        </zeebe:ioMapping></extensionElements></callActivity>
        <scriptTask id="add"><extensionElements>
          <zeebe:script expression="=if below = null then 0 else below + n" resultVariable="sum"/>
        </extensionElements></scriptTask>
        <endEvent id="e"/><scriptTask id="zero"><extensionElements>
          <zeebe:script expression="=0" resultVariable="sum"/></extensionElements></scriptTask>
        s -> g
        g -> call : n > 0
        <sequenceFlow id="g_e" sourceRef="g" targetRef="zero"/>
        zero -> e
        call -> add
        add -> e
        """
    )
    trial = Trial(counting).start(n=50)
    assert trial.ended
    assert trial.variables["sum"] == sum(range(51))


def test_a_marking_in_the_middle_of_nested_calls_is_read_back() -> None:
    middle = diagram(
        """
        <startEvent id="ms"/>
        <callActivity id="deeper"><extensionElements><zeebe:calledElement processId="child"/>
        </extensionElements></callActivity>
        ms -> deeper
        """,
        process="middle",
    )
    trial = Trial(_caller('processId="middle"'), others=[middle, CHILD]).start()
    marking = trial.marking
    assert marking is not None
    assert Marking.load(marking.dump()) == marking
    assert len(marking.scope_chain(marking.waiting()[0].scope)) == 3
    trial.complete("review")
    assert trial.ended
