"""Which way outlets lean, roughly: only to ask whether the scores treat them alike.

The table is ours, written from general knowledge of the outlets' editorial lines; others would draw some lines
elsewhere. It covers the commoner outlets of the unlabelled news. No score knows an outlet: nothing in `classifier`
reads this.
"""

from __future__ import annotations

LEANINGS: dict[str, tuple[str, ...]] = {
    "left": (
        "vox.com", "salon.com", "slate.com", "motherjones.com", "thenation.com", "democracynow.org", "mediamatters.org",
        "thinkprogress.org", "theintercept.com", "newrepublic.com", "vanityfair.com", "vice.com", "nymag.com",
        "huffpost.com", "msnbc.com", "thedailybeast.com", "alternet.org", "jacobinmag.com", "currentaffairs.org",
        "theguardian.com", "buzzfeednews.com", "buzzfeed.com", "theatlantic.com", "newyorker.com", "politicususa.com",
    ),
    "centre": (
        "reuters.com", "apnews.com", "bbc.com", "npr.org", "usatoday.com", "thehill.com", "politico.com", "axios.com",
        "cnbc.com", "bloomberg.com", "abcnews.go.com", "nbcnews.com", "cbsnews.com", "news.yahoo.com", "time.com",
        "marketwatch.com", "fivethirtyeight.com", "chicago.suntimes.com", "money.cnn.com", "rollcall.com",
        "nytimes.com", "washingtonpost.com", "cnn.com", "politicalticker.blogs.cnn.com", "csmonitor.com", "wsj.com",
        "online.wsj.com", "pewresearch.org", "theflipside.io", "realclearpolitics.com",
    ),
    "right": (
        "foxnews.com", "breitbart.com", "townhall.com", "nationalreview.com", "washingtontimes.com", "newsmax.com",
        "theblaze.com", "dailycaller.com", "newsbusters.org", "mrc.org", "hotair.com", "cbn.com", "dailysignal.com",
        "westernjournal.com", "ijr.com", "thefederalist.com", "freebeacon.com", "washingtonexaminer.com", "pjmedia.com",
        "spectator.org", "theamericanconservative.com", "dailywire.com", "nypost.com", "reason.com", "redstate.com",
    ),
}  # fmt: skip
_LEANING = {outlet: leaning for leaning, outlets in LEANINGS.items() for outlet in outlets}


def leaning(outlet: str) -> str:
    """ "left", "centre" or "right"; empty for an outlet that is not in the table.

    Examples
    --------
    >>> leaning("reuters.com"), leaning("ledger.example")
    ('centre', '')
    """
    return _LEANING.get(outlet.strip().lower().removeprefix("www."), "")
