"""The table of corpora: what each is, whose it is, what it may teach, and how its files are checked.

Everything that handles "a corpus by its name" reads this table, so adding one means a loader and an entry here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from training.corpora import (
    annotations,
    babe,
    basil,
    checkthat,
    narrative_frames,
    news,
    newsmtsc,
    nyt_valence,
    polnear,
    ukraine_news_bias,
    wikiweasel,
)
from training.corpora._common import CorpusFiles
from training.records import Corpus, CorpusError


@dataclass(frozen=True)
class Download:
    """One file at a corpus's home.

    Attributes
    ----------
    url : str
    path : str
        For a single file, where it goes in the corpus's folder; for an archive, the folder within the archive
        (below its one top folder) that corresponds to the corpus's folder, "" for the top.
    sha256 : str
        Of a single file; empty where the public file is not the one the project was developed on.
    archive : bool
        Whether it is a zip of the repository.
    """

    url: str
    path: str
    sha256: str = ""
    archive: bool = False


@dataclass(frozen=True)
class CorpusInfo:
    """What is to be known of a corpus.

    Attributes
    ----------
    name, title, description : str
    home : str
        URL; empty for what is not public.
    licence : str
        As its distributors state it.
    citation : str
    teaches : tuple of str
        The signals it may teach; empty for a corpus that only evaluates.
    commercial : bool
        Whether what it teaches may go into the shipped artifact.
    files : CorpusFiles
        The globs of what its loader reads.
    checksum : str
        `digest` of the development copy.
    whole : bool
        Whether the development copy holds all that the public files named in ``downloads`` hold. Where it does
        not, a fetched copy is larger and its digest another one, rightly.
    load : callable
        Folder -> `training.records.Corpus`.
    downloads : tuple of Download
        Empty for what cannot be fetched.
    """

    name: str
    title: str
    home: str
    licence: str
    citation: str
    teaches: tuple[str, ...]
    commercial: bool
    files: CorpusFiles
    checksum: str
    load: Callable[[Path], Corpus]
    description: str
    whole: bool = True
    downloads: tuple[Download, ...] = ()


@dataclass(frozen=True)
class Verification:
    """Whether a folder holds the files that the project was developed on."""

    name: str
    folder: Path
    expected: str
    found: str
    whole: bool

    @property
    def matches(self) -> bool:
        return self.expected == self.found

    def __str__(self) -> str:
        if self.matches:
            return f"{self.name}: {self.folder} holds the files the project was developed on"
        reason = "an edited or newer version" if self.whole else "the public copy holds more than the development copy"
        return f"{self.name}: {self.folder} has the digest {self.found}, not {self.expected} ({reason})"


def info(name: str) -> CorpusInfo:
    """The entry of a corpus.

    Raises
    ------
    CorpusError
        Where there is no such corpus; the message lists those there are.
    """
    if name not in CORPORA:
        raise CorpusError(f"no corpus {name!r}; there are {', '.join(CORPORA)}")
    return CORPORA[name]


def digest(name: str, folder: Path) -> str:
    """SHA-256 (hex) over the sorted relative paths and contents of the files that a corpus's loader reads."""
    return info(name).files.digest(Path(folder))


def verify(name: str, folder: Path) -> Verification:
    """Compare a folder with the development copy. A difference is no error: versions move on."""
    entry = info(name)
    return Verification(name, Path(folder), entry.checksum, digest(name, folder), entry.whole)


_RAW = "https://raw.githubusercontent.com"
_CHECKTHAT = "https://gitlab.com/checkthat_lab/clef2025-checkthat-lab"


def _repository(repository: str, path: str = "") -> tuple[Download, ...]:
    return (Download(f"https://github.com/{repository}/archive/HEAD.zip", path, archive=True),)


_ENTRIES = (
    CorpusInfo(
        name="polnear",
        title="PolNeAR 1.0, Political News Attribution Relations",
        home="https://github.com/networkdynamics/PolNeAR",
        licence="none stated",
        citation="Newell, Margolin and Ruths (2018), An attribution relations corpus for political news, LREC",
        teaches=("attribution",),
        commercial=True,
        files=polnear.FILES,
        checksum="70ebc3edd2a349a6b78d87611ee390b9dcafac66b4a16aac0430edde86d2a7e8",
        load=polnear.load,
        description="924 US political news articles (train and dev) with source, cue and content spans",
        downloads=_repository("networkdynamics/PolNeAR"),
    ),
    CorpusInfo(
        name="wikiweasel",
        title="CoNLL-2010 task 1, Wikipedia weasel sentences",
        home="https://github.com/ChristopherLiew/Crypto-Uncertainty-Index",
        licence="shared-task use",
        citation="Farkas et al. (2010), The CoNLL-2010 shared task: learning to detect hedges and their scope, CoNLL",
        teaches=("hedging",),
        commercial=True,
        files=wikiweasel.FILES,
        checksum="ffa0b0bd877e46450f6072499af5b42dcb29989ad2480c77cd638149b97c62fc",
        load=wikiweasel.load,
        description="7,343 Wikipedia sentences, certain or uncertain",
        downloads=(
            Download(
                f"{_RAW}/ChristopherLiew/Crypto-Uncertainty-Index/HEAD/nlp/hedge_classifier/data/wiki_weasel_clean/train.csv",
                "train.csv",
                "2ba9c7ded59c18b7798e9205151c2dbb70d7d1eec38bcbb9120efc04371bbb64",
            ),
        ),
    ),
    CorpusInfo(
        name="babe",
        title="BABE SG2, Bias Annotations By Experts",
        home="https://github.com/Media-Bias-Group/Neural-Media-Bias-Detection-Using-Distant-Supervision-With-BABE",
        licence="AGPL-3.0 (repository)",
        citation="Spinde et al. (2021), Neural media bias detection using distant supervision with BABE, Findings of "
        "EMNLP",
        teaches=("loaded language",),
        commercial=True,
        files=babe.FILES,
        checksum="de8c3ac004b2d603592f978fa113ab4954cbf2e35967ed40f4e45f4b418da331",
        load=babe.load,
        description="2,903 news sentences, biased or not by their wording, with the biased words",
        whole=False,
        downloads=(
            Download(
                f"{_RAW}/Media-Bias-Group/Neural-Media-Bias-Detection-Using-Distant-Supervision-With-BABE/HEAD/data/final_labels_SG2.csv",
                "final_labels_SG2.csv",
            ),
        ),
    ),
    CorpusInfo(
        name="checkthat",
        title="CLEF CheckThat! 2025 task 1, subjectivity, English",
        home=_CHECKTHAT,
        licence="CC BY-NC-SA 4.0",
        citation="CLEF CheckThat! Lab (2025), task 1: subjectivity in news articles",
        teaches=(),
        commercial=False,
        files=checkthat.FILES,
        checksum="a6be2fa5bcbd8a9be1ada5cb075067f7c4f8b4e9f98cfc37eca72930467914fe",
        load=checkthat.load,
        description="1,292 news sentences (train and dev), subjective or objective",
        downloads=(
            Download(
                f"{_CHECKTHAT}/-/raw/main/task1/data/english/train_en.tsv",
                "train_en.tsv",
                "33efc43c5f5ba64edae63c6c5b4f34c6d97cb6e0a312550b41b5cc5ccc1ace69",
            ),
            Download(
                f"{_CHECKTHAT}/-/raw/main/task1/data/english/dev_en.tsv",
                "dev_en.tsv",
                "046d571e1c7de0da681e087a73499263be04369ad76b2d53d39a6278c55e334f",
            ),
        ),
    ),
    CorpusInfo(
        name="newsmtsc",
        title="NewsMTSC, target-dependent sentiment in news",
        home="https://github.com/fhamborg/NewsMTSC",
        licence="mixed; data for research",
        citation="Hamborg and Donnay (2021), NewsMTSC: a dataset for (multi-)target-dependent sentiment "
        "classification in political news articles, EACL",
        teaches=(),
        commercial=True,
        files=newsmtsc.FILES,
        checksum="81ed3e311c5cd21d061f69873266936c498fa9aaffed4fc35f67e6c6fe9d35df",
        load=newsmtsc.load,
        description="8,739 marked targets in 7,758 news sentences, with the polarity toward each",
        # The repository's head holds the data within a zip; this revision holds the file itself.
        downloads=(
            Download(
                f"{_RAW}/fhamborg/NewsMTSC/6697904d6b6ba6da61b17041106e94e4561e448d/controller_data/datasets/NewsMTSC-dataset/train.jsonl",
                "train.jsonl",
                "fb80ff05993dd59016c36abefaa7bd00d77cb0cb38a781c1f9edd9ad7c61471e",
            ),
        ),
    ),
    CorpusInfo(
        name="narrative_frames",
        title="Narrative media framing, climate",
        home="https://github.com/phenixace/narrative-framing",
        licence="MIT",
        citation="Frermann et al. (2023), Conflicts, villains, resolutions: towards models of narrative media "
        "framing, ACL",
        teaches=(),
        commercial=True,
        files=narrative_frames.FILES,
        checksum="8d7064657b69c3142fdd65d4ce3b9dcd1a4df8eb5e3814c2a8eefc887edeb372",
        load=narrative_frames.load,
        description="343 climate articles with five article frames",
        whole=False,
        downloads=(
            Download(f"{_RAW}/phenixace/narrative-framing/HEAD/data/articles_metadata.tsv", "articles_metadata.tsv"),
        ),
    ),
    CorpusInfo(
        name="nyt_valence",
        title="VADER's New York Times editorial snippets",
        home="https://github.com/cjhutto/vaderSentiment",
        licence="MIT",
        citation="Hutto and Gilbert (2014), VADER: a parsimonious rule-based model for sentiment analysis of social "
        "media text, ICWSM",
        teaches=("valence",),
        commercial=True,
        files=nyt_valence.FILES,
        checksum="7a7f1f3db3a521060f208cc6d07f3c3c9d54f239d36b56fa740c8198a66a92ae",
        load=nyt_valence.load,
        description="2,595 sentences of 498 editorials with a mean human valence",
        whole=False,
        downloads=(
            Download(
                f"{_RAW}/cjhutto/vaderSentiment/HEAD/additional_resources/hutto_ICWSM_2014/nytEditorialSnippets_GroundTruth.txt",
                "nytEditorialSnippets_GroundTruth.txt",
            ),
        ),
    ),
    CorpusInfo(
        name="basil",
        title="BASIL, Bias Annotation Spans on the Informational Level",
        home="https://github.com/launchnlp/BASIL",
        licence="not stated",
        citation="Fan et al. (2019), In plain sight: media bias through the lens of factual reporting, EMNLP",
        teaches=("loaded language",),
        commercial=True,
        files=basil.FILES,
        checksum="e06d417e7dfb717a254a837e9052a15b08e6d0d1d70e77c313fa2070424209ea",
        load=basil.load,
        description="231 articles in triples about one event, with spans of lexical and informational bias",
        whole=False,
        downloads=_repository("launchnlp/BASIL"),
    ),
    CorpusInfo(
        name="news",
        title="Article-Bias-Prediction, unlabelled news articles",
        home="https://github.com/ramybaly/Article-Bias-Prediction",
        licence="Apache-2.0 (repository)",
        citation="Baly et al. (2020), We can detect your bias: predicting the political ideology of news articles, "
        "EMNLP",
        teaches=("word vectors and clusters",),
        commercial=True,
        files=news.FILES,
        checksum="35194accdc7700b74047e345e8709c5329e0e8ab75b0313907a931fa2e3e7403",
        load=news.load,
        description="12,000 unlabelled news articles of 270 outlets, 2012-2020",
        whole=False,
        downloads=_repository("ramybaly/Article-Bias-Prediction", "data/jsons"),
    ),
    CorpusInfo(
        name="ukraine_news_bias",
        title="Ukraine crisis news bias",
        home="https://github.com/michaelfaerber/ukraine-news-bias",
        licence="not stated",
        citation="Faerber et al. (2020), A multidimensional dataset based on crowdsourcing for analyzing and "
        "detecting news bias, CIKM",
        teaches=(),
        commercial=True,
        files=ukraine_news_bias.FILES,
        checksum="65e719582cffb480801bfcb107216a3e6d9dffe71521c6de95756a128e22fb13",
        load=ukraine_news_bias.load,
        description="70 articles on the Ukraine crisis with crowd votes too discordant to be labels",
        whole=False,
        downloads=_repository("michaelfaerber/ukraine-news-bias", "all-data-as-json"),
    ),
    CorpusInfo(
        name="annotations",
        title="The project's annotations of news articles",
        home="",
        licence="not public: the texts are other people's",
        citation="this project's codebook",
        teaches=(
            "attribution",
            "source types",
            "hedging",
            "loaded language",
            "opinion",
            "valence",
            "frames",
            "boilerplate",
            "article scores",
        ),
        commercial=True,
        files=annotations.FILES,
        checksum="c5047e3a71f61064f45b7fa5026f1a4841fa894cea02637024bb9d447170e6f4",
        load=annotations.load,
        description="468 news articles labelled by the codebook: 13,340 sentences, 2,808 attributions, 636 ratings",
    ),
)

CORPORA: dict[str, CorpusInfo] = {entry.name: entry for entry in _ENTRIES}
