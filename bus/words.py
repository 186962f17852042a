"""Reason codes as sentences, in English and Simplified Chinese, for people who read replies.

The engine speaks in codes and numbers; sentences are made where they are read.
"""

from __future__ import annotations

from typing import Literal

from bus.offer_words import OFFER_CHINESE, OFFER_ENGLISH

Language = Literal["en", "zh-CN"]

ENGLISH = {
    # Rejection: the core did not carry the event out.
    "contact_exists": "Contact {detail} is known already: ids must not be used again.",
    "contact_unknown": "Contact {detail} is not known, or has ended.",
    "contact_not_waiting": "Contact {detail} no longer waits: agent {have} has it.",
    "contact_not_with_agent": "Contact {detail} is not in this agent's hands.",
    "contact_not_handled": (
        "No agent has had contact {detail}, or it is too long ago to know (remembered_contacts)."
    ),
    "agent_unknown": "Agent {detail} is not in the configuration; only agents there may sign in.",
    "agent_not_signed_in": "Agent {detail} is not signed in: sign in first.",
    "agent_signed_in_elsewhere": (
        "Agent {detail} is signed in at another client: sign out there, or sign in with take_over."
    ),
    "agent_has_contacts": "Agent {detail} still has contacts in hand: finish them first.",
    "agent_not_available": "Agent {detail} cannot take this contact now.",
    "queue_unknown": "Queue {detail} is not in the configuration.",
    "queue_refuses": "Queue {detail} does not take the contact: {have}.",
    "revision_stale": "Revision {detail} is not the reservation's present one, {have}.",
    "state_forbids": "{detail} is not possible in the state {have}.",
    "wrap_up_forced": "This queue's wrap-up lasts its full time and cannot be ended sooner.",
    "disposition_unknown": "{detail} is no disposition code of this queue, which has: {have}.",
    "extension_too_long": "Wrap-up cannot be extended by {detail} ms; {have} ms are left.",
    "configuration_invalid": "These settings are not valid: {detail}: {have}.",
    "catalogue_invalid": "This catalogue is not valid: {detail}: {have}.",
    "prices_invalid": "These prices for queue {detail} are not valid: {have}.",
    "product_not_presented": "Product {detail} was not presented, or too long ago to know.",
    "round_of_another_agent": (
        "The products of contact {detail} are for agent {have} to present: only that agent's"
        " client, or a bridge, may speak for them."
    ),
    # Refusal: the queue does not take or keep the contact.
    "closed": "The queue is closed.",
    "full": "The queue is full.",
    "no_staff": "No agent who could serve this queue is signed in.",
    "waited_too_long": "The contact has waited as long as this queue lets it.",
    # Fault: the message was turned away at the edge.
    "topic_wrong": "The topic is not one to publish to: {detail}.",
    "too_large": "The message is too large: {detail}.",
    "malformed": "The message is not a JSON object in UTF-8: {detail}.",
    "version_unknown": "The message is of a version this engine does not speak: {detail}.",
    "type_unknown": "The message is of an unknown type: {detail}.",
    "field_missing": "A field the message needs is not there: {detail}.",
    "field_wrong": "A field has a value that is not allowed: {detail}.",
    "role_forbids": "This client may not send this message: {detail}.",
    "expired": "The message came after its expires_at_ms and was not carried out: {detail}.",
    "event_id_reused": "The event_id {detail} was used by {have}: each message needs its own.",
    "busy": "The engine has too much to do: send the message again after retry_after_ms.",
}

CHINESE = {
    "contact_exists": "联络 {detail} 已存在:联络编号不得重复使用。",
    "contact_unknown": "联络 {detail} 不存在或已结束。",
    "contact_not_waiting": "联络 {detail} 已不在等待:它在坐席 {have} 手中。",
    "contact_not_with_agent": "联络 {detail} 不在该坐席手中。",
    "contact_not_handled": "没有坐席接过联络 {detail},或时间已过久(remembered_contacts)。",
    "agent_unknown": "坐席 {detail} 不在配置中,只有配置中的坐席可以签入。",
    "agent_not_signed_in": "坐席 {detail} 尚未签入:请先签入。",
    "agent_signed_in_elsewhere": (
        "坐席 {detail} 已在另一客户端签入:请先在那里签出,或以 take_over 签入。"
    ),
    "agent_has_contacts": "坐席 {detail} 手中还有联络:请先处理完毕。",
    "agent_not_available": "坐席 {detail} 目前不能接这个联络。",
    "queue_unknown": "队列 {detail} 不在配置中。",
    "queue_refuses": "队列 {detail} 不接受该联络:{have}。",
    "revision_stale": "修订号 {detail} 不是该预留的当前修订号 {have}。",
    "state_forbids": "在状态 {have} 下不能执行 {detail}。",
    "wrap_up_forced": "该队列的话后处理必须用满规定时间,不能提前结束。",
    "disposition_unknown": "{detail} 不是该队列的处理结果代码,可用的有:{have}。",
    "extension_too_long": "话后处理不能延长 {detail} 毫秒,只剩 {have} 毫秒。",
    "configuration_invalid": "这些设置无效:{detail}:{have}。",
    "catalogue_invalid": "该产品目录无效:{detail}:{have}。",
    "prices_invalid": "队列 {detail} 的这些价格无效:{have}。",
    "product_not_presented": "产品 {detail} 未向该客户介绍过,或时间已过久。",
    "round_of_another_agent": (
        "联络 {detail} 的产品由坐席 {have} 介绍:只有该坐席的客户端或桥接器可以就此发言。"
    ),
    "closed": "队列已关闭。",
    "full": "队列已满。",
    "no_staff": "没有能服务该队列的坐席签入。",
    "waited_too_long": "联络的等待时间已达到该队列的上限。",
    "topic_wrong": "不能向该主题发布消息:{detail}。",
    "too_large": "消息过大:{detail}。",
    "malformed": "消息不是 UTF-8 编码的 JSON 对象:{detail}。",
    "version_unknown": "引擎不支持该消息的版本:{detail}。",
    "type_unknown": "未知的消息类型:{detail}。",
    "field_missing": "消息缺少必需的字段:{detail}。",
    "field_wrong": "字段的值不被允许:{detail}。",
    "role_forbids": "该客户端无权发送此消息:{detail}。",
    "expired": "消息到达时已超过 expires_at_ms,未执行:{detail}。",
    "event_id_reused": "event_id {detail} 已被 {have} 使用:每条消息须有自己的编号。",
    "busy": "引擎繁忙:请在 retry_after_ms 之后重新发送。",
}

GATE_ENGLISH = {
    "policy_never": "this queue never markets",
    "policy_always": "this queue always markets",
    "policy_threshold": "by the threshold on the load",
    "policy_hysteresis": "the gate stays as it is until the load changes enough",
    "policy_schedule": "by the schedule",
    "policy_optimal": "by what the agents' time is worth now",
    "emergency": "there is an emergency",
    "customer_excluded": "this customer may not be marketed to",
    "supervisor_serving": "a supervisor has closed the gate",
    "supervisor_marketing": "a supervisor has opened the gate",
    "load_unknown": "the load is not known",
    "guard_service_level": "the service level is too low",
    "guard_abandoned": "too many contacts are abandoned",
    "guard_longest_wait": "somebody has waited too long",
    "guard_occupancy": "agents are too busy",
    "queue_gone": "the queue is no longer in the configuration",
}

GATE_CHINESE = {
    "policy_never": "该队列从不营销",
    "policy_always": "该队列始终营销",
    "policy_threshold": "按负荷阈值",
    "policy_hysteresis": "负荷变化足够大之前闸门保持不变",
    "policy_schedule": "按时间表",
    "policy_optimal": "按坐席时间此刻的价值",
    "emergency": "正处于紧急状态",
    "customer_excluded": "不得向该客户营销",
    "supervisor_serving": "主管已关闭闸门",
    "supervisor_marketing": "主管已打开闸门",
    "load_unknown": "负荷未知",
    "guard_service_level": "服务水平过低",
    "guard_abandoned": "放弃的联络过多",
    "guard_longest_wait": "有人等待过久",
    "guard_occupancy": "坐席过忙",
    "queue_gone": "该队列已不在配置中",
}

_GATE: dict[Language, dict[str, str]] = {"en": GATE_ENGLISH, "zh-CN": GATE_CHINESE}
_OFFERS: dict[Language, dict[str, str]] = {"en": OFFER_ENGLISH, "zh-CN": OFFER_CHINESE}
_MODE: dict[Language, tuple[str, str]] = {"en": ("serving", "marketing"), "zh-CN": ("服务", "营销")}
_LOAD: dict[Language, str] = {
    "en": "{waiting} waiting, {idle} idle: {mode} ({why})",
    "zh-CN": "{waiting} 个等待,{idle} 个空闲:{mode}({why})",
}


def gate_sentence(
    granted: bool, reason: str, waiting: int, idle: int, language: Language = "en"
) -> str:
    """Put a decision of the gate into words and numbers: "2 waiting, 0 idle: serving (...)"."""
    words = _GATE[language] | {f"products_{code}": one for code, one in _OFFERS[language].items()}
    why = words.get(reason, reason)
    mode = _MODE[language][granted]
    return _LOAD[language].format(waiting=waiting, idle=idle, mode=mode, why=why)


_SENTENCES: dict[Language, dict[str, str]] = {"en": ENGLISH, "zh-CN": CHINESE}
HAVE: dict[Language, str] = {"en": " (At present: {have}.)", "zh-CN": "(当前:{have}。)"}


def sentence(code: str, detail: str = "", have: str = "", language: Language = "en") -> str:
    """Put a reason into words: `detail` is the id or value in question, `have` what there is.

    A code of a later version, which has no words here, is given as it is.
    """
    template = _SENTENCES[language].get(code)
    if template is None:
        return f"{code}: {detail} {have}".rstrip(": ")
    words = template.format(detail=detail or "?", have=have or "?")
    if not have or "{have}" in template:
        return words
    return words + HAVE[language].format(have=have)
