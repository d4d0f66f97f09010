import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.classification.classify import TABLE, classify
from mail.classification.observation import observe
from mail.classification.wording import SENDING, Wording
from mail.classification.wordings.callouts import CALLOUTS
from mail.classification.wordings.client import CLIENT, HELO, REPUTATION
from mail.classification.wordings.sender import ALIASES, SENDER
from mail.report.report import StageName
from tests.support.mail.wordings import EXAMPLES, circumstances_of, reply_of

ABOUT_CLIENT_OR_SENDER = (*HELO, *REPUTATION, *CLIENT, *CALLOUTS, *ALIASES, *SENDER)

WORDS = """
    relay daily quota tls starttls spam spf dkim ptr policy helo mailbox full unknown user sender
    verified blocked greylisting rate limit auth required too many errors access denied postledger
    mx mail smtp-1 eu5 ada
"""
words = st.sampled_from(WORDS.split())
labels = st.lists(words, min_size=2, max_size=4)
hosts = labels.map(".".join)
ipv4 = st.ip_addresses(v=4).map(str)
ipv6 = st.ip_addresses(v=6).map(str)
addresses = st.builds(
    "{}{}@{}".format, words, st.sampled_from(["", ".relay", "+tls", "-5.7.9"]), hosts
)
ids = st.from_regex(r"[0-9A-Za-z]{4,12}[0-9][0-9A-Za-z]{0,4}", fullmatch=True).filter(
    lambda text: not text.isdigit()
)
urls = st.builds("https://{}/{}?p={}".format, hosts, words, words)
literals = st.one_of(ipv4, st.builds("IPv6:{}".format, ipv6)).map("[{}]".format)
repeated = st.one_of(
    hosts,
    ipv4,
    ipv6,
    literals,
    addresses,
    addresses.map("<{}>".format),
    st.builds('"{} {}"@{}'.format, words, words, hosts),
    st.builds("{}[{}]".format, st.one_of(hosts, words), ipv4),
    st.builds("`{}'".format, words),
    st.builds("\u201c{}\u201d".format, words),
    ids,
    st.builds("id={}".format, ids),
    urls,
)


@pytest.mark.parametrize(
    ("wording", "example"), [pytest.param(*each, id=each[1]) for each in EXAMPLES]
)
def test_a_row_decides_its_own_examples(wording: Wording, example: str) -> None:
    """The first row that matches an example is the row that lists it."""
    seen = observe(reply_of(example), circumstances_of(wording, example))

    assert wording is next(row for row in TABLE if row.matches(seen)), seen


def test_every_row_has_a_source_and_a_real_wording() -> None:
    """Every row says where its wording is from, and is tested with a reply of its own."""
    assert () == tuple(row for row in TABLE if not (row.source and row.examples))


@given(st.sampled_from(EXAMPLES), repeated, st.data())
def test_what_a_server_repeats_decides_nothing(
    row: tuple[Wording, str], inserted: str, data: st.DataObject
) -> None:
    """An address, a host name, an IP address, an id or a URL in a reply never changes its code."""
    wording, example = row
    circumstances = circumstances_of(wording, example)
    longer = _with(example, inserted, data)

    assert wording.code == classify(reply_of(longer), circumstances), longer


def _with(example: str, inserted: str, data: st.DataObject) -> str:
    """Inserts a text between two words of the reply, after its codes."""
    stage, _, text = example.partition(": ")
    lines = text.split("\n")
    at = data.draw(st.integers(0, len(lines) - 1))
    parts = lines[at][4:].split(" ")
    codes = 1 if parts[0][:2] in {"2.", "4.", "5."} else 0
    parts.insert(data.draw(st.integers(codes, len(parts))), inserted)
    lines[at] = lines[at][:4] + " ".join(parts)
    return f"{stage}: " + "\n".join(lines)


@pytest.mark.parametrize("stage", sorted(SENDING))
def test_a_refusal_of_the_client_or_sender_may_come_late(stage: StageName) -> None:
    """A refusal of the name in EHLO, of the client or of the sender means the same later."""
    moved = {
        example: classify(reply_of(example), circumstances_of(wording, example, stage=stage))
        for wording, example in EXAMPLES
        if wording in ABOUT_CLIENT_OR_SENDER and SENDING <= wording.stages
    }
    expected = {
        example: wording.code
        for wording, example in EXAMPLES
        if wording in ABOUT_CLIENT_OR_SENDER and SENDING <= wording.stages
    }

    assert expected == moved
    assert [HELO[-1]] == [row for row in ABOUT_CLIENT_OR_SENDER if not SENDING <= row.stages]
