"""Embedded sub-processes: a scope of their own, in any nesting."""

from __future__ import annotations

from diagrams import diagram

from engine.bpmn.trial import Trial

NESTED = diagram(
    """
    <startEvent id="s"/>
    <subProcess id="outer">
      <extensionElements><zeebe:ioMapping>
        <zeebe:input source="=1" target="local"/>
        <zeebe:output source="=local" target="from_outer"/>
      </zeebe:ioMapping></extensionElements>
      <startEvent id="os"/>
      <subProcess id="inner"><startEvent id="is"/><userTask id="u"/><endEvent id="ie"/>
        is -> u
        u -> ie
      </subProcess>
      <endEvent id="oe"/>
      os -> inner
      inner -> oe
    </subProcess>
    <endEvent id="e"/>
    s -> outer
    outer -> e
    """
)


def test_writing_a_local_variable_of_an_outer_scope_stays_there_and_only_the_output_passes() -> None:
    trial = Trial(NESTED).start()
    trial.complete("u", local=2, fresh=3)
    assert trial.variables == {"fresh": 3, "from_outer": 2}
    assert trial.done == ["u", "inner", "outer"]
    assert trial.ended


def test_the_scopes_of_an_open_inner_task_are_told_from_the_inside_out() -> None:
    trial = Trial(NESTED).start()
    marking = trial.marking
    assert marking is not None
    (item,) = marking.waiting()
    chain = marking.scope_chain(item.scope)
    assert [marking.variables(scope) for scope in chain] == [{}, {"local": 1}, {}]
    assert chain[-1] == marking.root


def test_a_body_without_a_start_event_begins_at_everything_no_flow_leads_to() -> None:
    trial = Trial(
        diagram(
            """
            <startEvent id="s"/><subProcess id="sub"><userTask id="a"/><userTask id="b"/><task id="c"/>
            b -> c
            </subProcess><endEvent id="e"/>
            s -> sub
            sub -> e
            """
        )
    ).start()
    assert trial.open() == ["a", "b"]
    trial.complete("b")
    trial.complete("a")
    assert trial.done == ["b", "c", "a", "sub"]


def test_an_empty_body_is_done_at_once() -> None:
    trial = Trial(diagram('<startEvent id="s"/><subProcess id="sub"/><endEvent id="e"/>\ns -> sub\nsub -> e'))
    assert trial.start().ended


def test_the_body_ends_when_its_last_token_does() -> None:
    trial = Trial(
        diagram(
            """
            <startEvent id="s"/>
            <subProcess id="sub"><startEvent id="is"/><parallelGateway id="f"/><userTask id="a"/>
            <userTask id="b"/>
            <endEvent id="e1"/>
            is -> f
            f -> a
            f -> b
            a -> e1
            </subProcess>
            <task id="after"/><endEvent id="e"/>
            s -> sub
            sub -> after
            after -> e
            """
        )
    ).start()
    trial.complete("a")
    assert "sub" not in trial.done
    trial.complete("b")
    assert trial.done == ["a", "b", "sub", "after"]


def test_a_sub_process_in_a_loop_has_fresh_variables_each_time() -> None:
    trial = Trial(
        diagram(
            """
            <startEvent id="s"/><exclusiveGateway id="m"/>
            <subProcess id="sub"><extensionElements><zeebe:ioMapping>
              <zeebe:input source="=null" target="draft"/></zeebe:ioMapping></extensionElements>
              <startEvent id="is"/><userTask id="u"/><endEvent id="ie"/>
              is -> u
              u -> ie
            </subProcess>
            <exclusiveGateway id="g" default="g_e"/><endEvent id="e"/>
            s -> m
            m -> sub
            sub -> g
            g -> m : again
            g -> e
            """
        )
    ).start()
    trial.complete("u", draft="one", again=True)
    marking = trial.marking
    assert marking is not None
    assert marking.variables(marking.waiting()[0].scope) == {"draft": None}
    trial.complete("u", again=False)
    assert trial.ended
