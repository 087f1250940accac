"""What a finding is about, in a few words of the reader's language, before its exact sentence.

Called by the lists of findings. The engine says precisely what was expected; this says what kind of thing it
is, by the longest beginning of the rule's name that is known.
"""

from __future__ import annotations

from web.language import _


def about(rule: str) -> str:
    """The words for a rule; "" for one nobody has words for."""
    words = _words()
    parts = rule.split(".")
    for length in range(len(parts), 0, -1):
        found = words.get(".".join(parts[:length]))
        if found:
            return found
    return ""


def _words() -> dict[str, str]:
    return {
        "law.steps": _("各环节时限之和超过法定期限"),
        "law.acceptance": _("不经受理就作决定"),
        "law.acceptance.limit": _("五日内受理的期限没有画"),
        "law.suspension.exit": _("中止没有出口"),
        "law.suspension.reason": _("中止事由不在法律列举之内"),
        "law.reasons": _("不予许可没有写理由的地方"),
        "law.upper.material": _("全案上报后又向申请人要材料"),
        "law.penalty.told": _("处罚前没有告知"),
        "law.penalty.hearing": _("处罚前没有听证的机会"),
        "law.extension": _("延长没有告知当事人"),
        "law.period": _("法律里没有这个期限"),
        "package.variable": _("变量没有来源"),
        "package.form.unused": _("表单没有用上"),
        "package.form": _("表单不存在"),
        "package.facts": _("流程设置有误"),
        "package.diagram": _("应当正好有一个流程图"),
        "template.placeholder": _("占位符没有来源"),
        "template": _("文书模板有误"),
        "form": _("表单有误"),
        "dmn.gap": _("有的输入没有规则"),
        "dmn.overlap": _("规则重叠"),
        "dmn.conflict": _("规则互相矛盾"),
        "dmn": _("决策表有误"),
        "bpmn.flow.start-leads-out": _("开始之后没有连线"),
        "bpmn.flow.end-needed": _("没有结束"),
        "bpmn.flow.end-led-to": _("结束没有连上"),
        "bpmn.flow.start-needed": _("没有开始"),
        "bpmn.flow.unreachable": _("走不到这里"),
        "bpmn.flow": _("连线有误"),
        "bpmn.gateway": _("网关有误"),
        "bpmn.event": _("事件有误"),
        "bpmn.expression": _("表达式有误"),
        "banjie.request.holds": _("未了的申请拖住结束"),
        "bpmn.property": _("办结属性有误"),
        "bpmn.extension": _("扩展设置有误"),
        "bpmn.data": _("数据有误"),
        "bpmn.id": _("编号有误"),
        "bpmn.message": _("消息有误"),
        "bpmn": _("不合 BPMN 规范"),
        "engine.task": _("任务设置不全"),
        "engine": _("引擎不能执行"),
        "period": _("期限有误"),
        "calendar": _("放假通知要核对"),
        "catalogue": _("服务事项要核对"),
        "withdrawal": _("撤下以后会怎样"),
        "toml": _("设置文件有误"),
        "feel": _("表达式有误"),
    }
