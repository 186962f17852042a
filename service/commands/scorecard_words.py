"""Scorecards' words in English and Simplified Chinese: headings, and what each figure means."""

from __future__ import annotations

from typing import NamedTuple


class Words(NamedTuple):
    """A text in both languages."""

    english: str
    chinese: str


TITLE = Words("Scorecards", "绩效记分卡")
BY = {
    "agent": Words("by agent", "按坐席"),
    "team": Words("by team", "按班组"),
    "queue": Words("by queue", "按队列"),
}
NAMES = {
    "agent": Words("agent", "坐席"),
    "team": Words("team", "班组"),
    "queue": Words("queue", "队列"),
}
TOTAL = Words("total", "合计")
GROUPS = {
    "quality": Words("Quality", "质量"),
    "productivity": Words("Productivity", "效率"),
    "marketing": Words("Marketing", "营销"),
}
NOT_MEASURED = Words("Not measured", "未测量")
NOTHING = Words(
    "Nothing was handled or presented in this period.", "此期间没有处理联络,也没有介绍产品。"
)
READING = Words(
    "A dash means not measured, never 0. Small print: 95 % intervals.",
    "短横表示未测量,而不是 0。小字为 95% 区间。",
)
MEANINGS = Words("What the figures mean", "指标说明")
CAPTIONS = {
    "satisfaction_ratio": Words("Satisfaction, with its interval", "满意度及其区间"),
    "recontacted_ratio": Words("Came back, with its interval", "再次来访率及其区间"),
    "occupancy_ratio": Words("Occupancy", "占用率"),
    "adherence_ratio": Words("Adherence to schedule", "排班遵守率"),
    "against_expected": Words(
        "Accepted against expected: 1 is what everybody would have had with these customers",
        "实际接受与预期之比:1 表示与全体坐席面对同样客户时相同",
    ),
    "weighted_milli": Words("Value weighted by difficulty", "按难度加权的价值"),
}
WHY_NOT = {
    "no_survey": Words("no survey was answered", "没有收到调查答复"),
    "no_window": Words(
        "no contact of a known customer ended so long ago that its time for coming back is over",
        "没有客户已知且观察期已过的联络",
    ),
    "none_handled": Words("nothing was handled", "没有处理联络"),
    "none_offered": Words("nobody was offered a contact", "没有向坐席派送联络"),
    "none_presented": Words("nothing was presented", "没有介绍产品"),
    "none_accepted": Words("nothing that was presented was accepted", "介绍的产品均未被接受"),
    "none_signed_in": Words("nobody was signed in", "没有坐席签入"),
    "no_schedule": Words("no schedule was published", "没有发布排班"),
    "by_queue": Words("agents' time is not kept by queue", "坐席时间不按队列统计"),
}
"""Why a figure that nobody has was not measured."""

HEADINGS = {
    "surveys": Words("surveys", "调查数"),
    "satisfaction_ratio": Words("satisfaction", "满意度"),
    "followed": Words("followed", "可追踪联络"),
    "recontacted_ratio": Words("came back", "再次来访"),
    "transferred": Words("transferred", "转接"),
    "transferred_ratio": Words("transferred, share", "转接率"),
    "rona": Words("RONA", "振铃未接"),
    "rona_ratio": Words("RONA, share", "振铃未接率"),
    "reactions_missing": Words("reactions missing", "缺少反应记录"),
    "reactions_ratio": Words("reactions recorded", "反应记录率"),
    "unpermitted": Words("unpermitted", "未经许可"),
    "handled": Words("handled", "处理数"),
    "aht_ms": Words("AHT", "平均处理时长"),
    "occupancy_ratio": Words("occupancy", "占用率"),
    "adherence_ratio": Words("adherence", "排班遵守率"),
    "scheduled_ms": Words("scheduled work", "排班工时"),
    "presented": Words("presented", "介绍产品"),
    "accepted": Words("accepted", "接受"),
    "acceptance_ratio": Words("acceptance", "接受率"),
    "expected": Words("expected", "预期接受"),
    "over_expected": Words("over expected", "超出预期"),
    "by_chance": Words("by chance", "随机波动"),
    "against_expected": Words("against expected", "与预期之比"),
    "value_milli": Words("value", "价值"),
    "weighted_milli": Words("weighted", "加权价值"),
}
EXPLAINED = {
    "satisfaction_ratio": Words(
        "mean answer to surveys: 0 the lowest of the scale, 1 the highest",
        "客户调查的平均得分:0 为最低,1 为最高",
    ),
    "recontacted_ratio": Words(
        "of the contacts followed (known customer, the window is over), how many came again within"
        " the window; counts for who handled the earlier contact",
        "可追踪联络(客户已知且观察期已过)中在观察期内再次来访的比例,计入先前处理的坐席",
    ),
    "rona_ratio": Words(
        "let ring without an answer, of those offered", "派给坐席的联络中振铃未接的比例"
    ),
    "unpermitted": Words(
        "reactions to products that might not be presented: the law or a limit barred them, or"
        " nobody selected them",
        "对不得介绍的产品的反应:法规或限次禁止,或并未选中",
    ),
    "reactions_ratio": Words(
        "products presented for which a reaction was recorded", "已介绍产品中有反应记录的比例"
    ),
    "aht_ms": Words(
        "mean talk + hold + wrap-up; marketing is not in it", "平均通话、保持与话后时长,不含营销"
    ),
    "occupancy_ratio": Words(
        "(talk + hold + marketing + wrap-up) / (that + ready)",
        "(通话 + 保持 + 营销 + 话后)/(上述 + 就绪)",
    ),
    "adherence_ratio": Words(
        "share of the scheduled work time signed in and not not-ready",
        "排班工作时间内处于签入且工作状态的比例",
    ),
    "expected": Words(
        "acceptances if everybody's rates held for the same products and segments of customers",
        "若对同样产品与客户群按全体坐席的接受率计算,应有的接受数",
    ),
    "by_chance": Words(
        "standard deviation of over expected by chance alone; within twice that nothing is proven",
        "仅由随机造成的标准差;在其两倍之内不能下结论",
    ),
    "weighted_milli": Words(
        "value times the difficulty the product had at the time", "价值乘以当时的产品难度"
    ),
}
