"""One name for one thing, in both languages: no message says what the glossary dropped for a better word."""

import re
from string import Formatter

import pytest
from babel.messages.catalog import Message

from tools.extract import extracted, forms, read_catalogue

DROPPED = {
    r"\btrainings\b": "run",
    r"\bcells?\b(?! (that )?are exactly 0)": "run; a chart has cells",
    r"\bfamil(y|ies)\b": "network type",
    r"\btrain (a race|loss|error)\b": "run a race, training loss, training error",
    r"\bprocessors?\b": "CPU",
    r"(?<!type A )\bshortcut\b(?! type)": "skip connection; shortcut names the types A, B and C",
    r"\bbroke off\b": "failed, was interrupted",
    r"\b(go|goes|going) on\b": "continue",
    r"\banew\b": "again",
    r"\bbegun\b": "started",
    r"\bby itself\b": "automatically",
    r"\bresum(e|es|ed)\b": "continue",
    r"\bfor good\b": "permanently",
    r"\b(is|are|was|were) known already\b": "exist already",
    r"\b(chosen|choose) (none|rows)\b": "select, clear selection",
    r"\bspeaks? for\b": "evidence for",
    r"\brecogni[sz]ed\b": "classified correctly",
    r"\b(mean and|the|a) band\b": "95% confidence interval",
    r"95% interval": "95% confidence interval",
    r"\bthrough step\b": "up to step",
    r"\banswers?\b": "response of a layer, prediction of a network, score of a class",
    r"\bstopped being\b": "became infinite or NaN",
    r"\blost (run|training)s?\b": "interrupted run",
    r"\bdead channels?\b": "silent channels",
}
DROPPED_CHINESE = {
    "对比训练": "对照实验",
    "深度扫描|扫描": "多深度实验",
    "(训练|测试|最终|层的)误差": "错误率; 误差 is that of a computation",
    "正确率|识别": "准确率, 分类正确",
    "录像|录制": "预录结果",
    "各种子": "多个种子",
    "提前停止": "中途停止",
    "网络族|这一类网络": "网络类型",
    "批大小": "批量大小",
    "残差块类型": "块类型",
    "笔记": "备注",
    "标识符": "编号",
    "丢失": "意外中断",
    "处理器": "CPU",
    "捷径(?!类型)": "跳跃连接; 捷径 names the types A, B and C",
    "[一这每]场": "一次",
    "逐个训练": "按单次训练",
    "把握": "置信度",
    "死通道": "对此图像无响应的通道",
    "涂掉": "删除",
    "(?<!置信)区间": "95% 置信区间",
    "本版本不认识": "本版本不支持",
}
ALLOWED = {
    "shortcut": "the setting, which has the types A, B and C",
    "Left: a plain block has to learn the whole mapping H(x). Right: a residual block learns what to add, "
    "F(x) = H(x) − x. With identity shortcuts, which add x unchanged, both networks have exactly the same "
    "number of parameters.": ("identity shortcuts are those of type A"),
    "Shortcut variants": "what He et al. 2016 vary, Table 1",
    **dict.fromkeys(("half-shortcut", "shortcut-gate", "dropout-shortcut"), "as it is typed"),
    "shortcut-only: 1 − g on the skip connection": "the gate's name in He et al. 2016",
    "This JPEG is made of more than {limit} layers; save it again as ordinary JPEG or PNG.": (
        "扫描 is what a scan of a JPEG is called"
    ),
    "The download of {dataset} was interrupted after {done} of {total} MB; try again to resume it there. Or "
    "choose {bundled}, which needs no download.": "a download resumes, a run is continued",
    "The download of {network} was interrupted after {done} of {total} MB; try again to resume it there. Or "
    "choose a bundled network, which needs no download: {bundled}.": "a download resumes",
    "The recording took {time}; your first race will show how fast this machine is.": (
        "录制时: when it was recorded"
    ),
}
"""Messages in which such a word means something else, or is the term of the papers."""

MESSAGES = [message for message in extracted() if message.id]
CHINESE = read_catalogue("zh_CN")


def english(message: Message) -> str:
    """What is read: without the names of fields, and commands in backquotes."""
    return _read("\n".join(forms(message.id)))


def chinese(message: Message) -> str:
    """The same of the translation."""
    translated = CHINESE.get(message.id)
    assert translated is not None
    return _read("\n".join(forms(translated.string)))


@pytest.mark.parametrize("dropped", DROPPED)
def test_no_message_says_what_the_glossary_dropped(dropped: str) -> None:
    said = [text for text in map(english, _judged()) if re.search(dropped, text, re.IGNORECASE)]
    assert said == [], f"say instead: {DROPPED[dropped]}"


@pytest.mark.parametrize("dropped", DROPPED_CHINESE)
def test_no_translation_says_what_the_glossary_dropped(dropped: str) -> None:
    said = [text for text in map(chinese, _judged()) if re.search(dropped, text)]
    assert said == [], f"say instead: {DROPPED_CHINESE[dropped]}"


def test_a_percent_sign_follows_its_number_at_once() -> None:
    texts = [text for message in MESSAGES for text in (english(message), chinese(message))]
    assert [text for text in texts if re.search(r"[\d}…]\s+%", text)] == []
    assert any("95%" in text for text in texts)


def test_every_exception_still_stands() -> None:
    known = {message.id for message in extracted()}
    assert [message for message in ALLOWED if message not in known] == []


def _judged() -> list[Message]:
    return [message for message in MESSAGES if message.id not in ALLOWED]


def _read(text: str) -> str:
    parts = Formatter().parse(re.sub(r"`[^`]*`", "", text))
    return "".join(literal + ("…" if field is not None else "") for literal, field, _format, _how in parts)
