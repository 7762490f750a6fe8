"""The command ``accordingto``: files in, scores out, and the way to train, evaluate and check an artifact.

Takes arguments, gives an exit code: 0 when all is well, 1 when some articles could not be read and the rest was
done, 2 for wrong usage or an error, 130 when interrupted. Whatever fails is one line on standard error. What a
subcommand needs is imported when it runs, so that ``--help`` is quick and scoring never loads `training`.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import os
import re
import shutil
import sys
import textwrap
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

if TYPE_CHECKING:
    from classifier.article import Article
    from classifier.reading import ReadingError
    from classifier.report import ArticleReport

HANDFUL = 5
"""So many articles need no progress bar."""
MISTAKES = 100
"""So many mistakes in labels are shown at most."""

_DESCRIPTION = "How well is a news article sourced, and how is it told? Scores with the words that show why."
_EPILOG = """\
examples:
  accordingto score article.txt                  one article, explained
  accordingto score articles.jsonl --out scores.jsonl
  accordingto compare agency.txt tabloid.txt     two accounts of one event

'accordingto COMMAND --help' has more examples. Exit codes: 0 fine, 1 some articles could not be read, 2 error.
"""
_READING = """\
what is read:
  .txt and anything else   one article; a first line without a full stop, followed by an empty line, is the headline
  .json                    one object or a list of them, with "text" and, if you have them, "id", "title"
  .jsonl                   one such object a line; all of these may be packed (.gz)
  .html                    a web page; takes the extra "web"
  .parquet                 one article a row, in columns of these names
  a folder                 the .txt, .html, .json, .jsonl and .parquet files in it
  -                        standard input: JSON lines, if it starts with "{", else one article
"""
_SCORE_EPILOG = (
    _READING
    + """
examples:
  accordingto score article.txt                         scores, sources and marked words of one article
  accordingto score article.txt --out article.html      the same as a page to look at
  accordingto score articles/                           a table, one line an article
  accordingto score articles/ --details                 every article in full
  accordingto score articles/ --format html --out marked/    one page an article
  accordingto score news.jsonl.gz --out scores.jsonl --jobs 4
  accordingto score news.jsonl --text-field body --id-field url --format jsonl | jq .sourcing.value
  accordingto score --input archive.jsonl.gz --out scores.parquet --jobs -1    a batch, see below
  pbpaste | accordingto score -

--format json gives one object for one article and a list for several; jsonl is written as it comes.

batches:
  --input makes a run that may be killed at any moment: the same command, given again, goes on where it was. Scores
  are in OUT when all is done, articles that cannot be read or scored in OUT.errors.jsonl with their id and the
  reason, and OUT.run.json says what was done with which artifact.
"""
)
_COMPARE_EPILOG = (
    _READING
    + """
examples:
  accordingto compare agency.txt tabloid.txt broadcaster.txt
  accordingto compare event-17/ --out event-17.html
  accordingto compare event-17.jsonl --format json
"""
)
_TRAIN_EPILOG = """\
examples:
  accordingto train --only-own --out my-artifact        the sentences that ship with the package, nothing else
  accordingto fetch --all && accordingto train --out my-artifact
  accordingto train --data corpora/ --annotations annotations/ --out my-artifact --jobs 2
  accordingto train --labels mine.csv --check           only look at labels of your own: mistakes, numbers
  accordingto train --labels mine.csv --out my-artifact --report mine.html --cache fits/
  accordingto score article.txt --artifact my-artifact  score with what was trained

Your labels (docs/own_labels.md has the columns) teach beside the corpora; the report says what they brought, and
what more would. With --cache the same command goes on where it was stopped.
Without --data the corpora are those that 'accordingto fetch' has put into the cache.
"""
_EVALUATE_EPILOG = """\
examples:
  accordingto evaluate --data corpora/ --out figures.json
  accordingto evaluate --only-own --signals hedged loaded --folds 5

Without --data the corpora are those that 'accordingto fetch' has put into the cache.
"""
_FETCH_EPILOG = """\
examples:
  accordingto fetch --list                 what there is, whose it is, and whether you have it
  accordingto fetch polnear wikiweasel
  accordingto fetch --all --cache corpora/

Corpora come from their own homes and keep their own licences. The cache is $ACCORDINGTO_DATA, if that is set.
"""
_ARTIFACT_EPILOG = """\
examples:
  accordingto artifact show                 the manifest of the artifact that ships with the package
  accordingto artifact show my-artifact
  accordingto artifact verify my-artifact   whether every file is the one that was trained
"""


_HINT = "--details explains every article; --format html --out FOLDER marks them up; --format jsonl is for programs."


class _Parser(argparse.ArgumentParser):
    """Errors of usage in the same one line as all others."""

    def error(self, message: str) -> NoReturn:
        _say(f"error: {message} (see '{self.prog} --help')")
        raise SystemExit(2)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments, without the command's name; by default those of the process.

    Returns
    -------
    int
        The exit code: 0, 1 (some articles could not be read), 2 (wrong usage or an error) or 130 (interrupted).

    Examples
    --------
    >>> main(["score", "no-such-file.txt"])
    2
    """
    debug = False
    try:
        args = _parser().parse_args(argv)
        debug = getattr(args, "debug", False)
        code = args.run(args)
        sys.stdout.flush()
        return code
    except SystemExit as stop:
        # argparse has said what there is to say.
        return stop.code if isinstance(stop.code, int) else 2
    except BrokenPipeError:
        # Whoever read our output, such as head, has what it wanted; Python must not try to flush the rest at exit.
        with open(os.devnull, "w") as nowhere:
            _redirect(nowhere)
        return 0
    except KeyboardInterrupt:
        _say("interrupted")
        return 130
    except Exception as error:
        if debug:
            traceback.print_exc()
        _say(f"error: {_one_line(error)}")
        return 2


def _redirect(nowhere: TextIO) -> None:
    try:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
    except (OSError, ValueError):
        # Standard output is no real file, as in a test.
        pass


def _one_line(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    message = " ".join(str(error).split())
    if isinstance(error, (ValueError, TypeError, OSError)) and message:
        return message
    return f"{type(error).__name__}: {message} (--debug shows where)"


def _say(message: str) -> None:
    line = f"accordingto: {message}"
    # A line written past a progress bar would tear it.
    tqdm = sys.modules.get("tqdm")
    if tqdm is not None:
        tqdm.tqdm.write(line, file=sys.stderr)
    else:
        print(line, file=sys.stderr)


def _version() -> str:
    import classifier

    return classifier.__version__


def _number_of_jobs(value: str) -> int:
    if re.fullmatch(r"-1|[1-9]\d{0,3}", value) is None:
        raise argparse.ArgumentTypeError(f"takes 1 or more, or -1 for one a processor, not {value!r}")
    return int(value)


def _number_of_folds(value: str) -> int:
    if re.fullmatch(r"[2-9]|[1-9]\d{1,3}", value) is None:
        raise argparse.ArgumentTypeError(f"takes 2 or more, not {value!r}")
    return int(value)


def _parser() -> argparse.ArgumentParser:
    debug = _Parser(add_help=False)
    debug.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help="show the traceback of an error")
    style: dict[str, Any] = {"formatter_class": argparse.RawDescriptionHelpFormatter, "allow_abbrev": False}
    parser = _Parser(prog="accordingto", description=_DESCRIPTION, epilog=_EPILOG, parents=[debug], **style)
    parser.add_argument("--version", action="version", version=f"accordingto {_version()}")
    commands = parser.add_subparsers(metavar="COMMAND", dest="command", required=True)

    def command(name: str, run: Callable[[argparse.Namespace], int], summary: str, epilog: str) -> _Parser:
        added = commands.add_parser(
            name,
            help=summary,
            description=summary[0].upper() + summary[1:] + ".",
            epilog=epilog,
            parents=[debug],
            **style,
        )
        added.set_defaults(run=run)
        return added

    score = command("score", _score, "score articles, with the words that show why", _SCORE_EPILOG)
    _add_reading(score, "*")
    score.add_argument(
        "--input", nargs="+", type=Path, metavar="PATH", help="a batch of any size, scored into --out (see below)"
    )
    score.add_argument(
        "--format", choices=("table", "json", "jsonl", "html"), help="by default what --out ends in, else table"
    )
    score.add_argument(
        "--out", type=Path, metavar="PATH", help="write here; a folder for the pages of several articles"
    )
    score.add_argument("--details", action="store_true", help="tell every article in full, not one line each")
    score.add_argument("--no-progress", action="store_true", help="no progress bar")
    score.add_argument("--errors", type=Path, metavar="FILE", help="of a batch: errors here, not in OUT.errors.jsonl")
    score.add_argument("--restart", action="store_true", help="of a batch: begin anew, whatever is there")
    score.set_defaults(usage=score.error)

    compare = command("compare", _compare, "set accounts of one event side by side", _COMPARE_EPILOG)
    _add_reading(compare)
    compare.add_argument(
        "--format", choices=("table", "json", "html"), help="by default what --out ends in, else table"
    )
    compare.add_argument("--out", type=Path, metavar="FILE", help="write here")

    train = command("train", _train, "learn the signals and write an artifact", _TRAIN_EPILOG)
    train.add_argument("--out", type=Path, metavar="DIR", help="where the artifact goes")
    _add_data(train)
    train.add_argument(
        "--labels", nargs="+", type=Path, metavar="FILE", help="your labelled sentences, CSV or JSON lines"
    )
    train.add_argument("--check", action="store_true", help="check the labels and stop")
    train.add_argument(
        "--report", nargs="+", type=Path, metavar="FILE", help="what the labels brought, as .json, .html, .png or .svg"
    )
    train.add_argument("--cache", type=Path, metavar="DIR", help="keep fits here, and go on after a stop")
    train.set_defaults(usage=train.error)

    evaluate = command("evaluate", _evaluate, "measure the signals on articles they have not seen", _EVALUATE_EPILOG)
    _add_data(evaluate)
    evaluate.add_argument("--out", type=Path, metavar="FILE.json", help="write the figures here as JSON")
    evaluate.add_argument("--signals", nargs="+", metavar="NAME", help="only these, such as hedged (default: all)")
    evaluate.add_argument("--folds", type=_number_of_folds, default=5, metavar="N", help="default: %(default)s")

    fetch = command("fetch", _fetch, "download public corpora to train and evaluate on", _FETCH_EPILOG)
    which = fetch.add_mutually_exclusive_group()
    # Without a default argparse would take an absent list of names for a given one.
    which.add_argument("names", nargs="*", default=[], metavar="NAME", help="a corpus that --list names")
    which.add_argument("--list", action="store_true", help="list the corpora")
    which.add_argument("--all", action="store_true", help="every corpus that can be downloaded")
    fetch.add_argument("--cache", type=Path, metavar="DIR", help="where the corpora go (default: the user's cache)")
    fetch.add_argument("--allow-changed", action="store_true", help="take files that are not the expected ones")

    artifact = command("artifact", _artifact, "show or verify an artifact", _ARTIFACT_EPILOG)
    artifact.add_argument("what", choices=("show", "verify"))
    artifact.add_argument(
        "path", nargs="?", type=Path, metavar="DIR", help="default: the one that ships with the package"
    )
    return parser


def _add_reading(parser: argparse.ArgumentParser, number: str = "+") -> None:
    # Without a default argparse would take an absent list for a given one.
    parser.add_argument(
        "files", nargs=number, default=[], metavar="FILE", help="a file, a folder, or - for standard input"
    )
    parser.add_argument(
        "--text-field", default="text", metavar="NAME", help="JSON field or column of the text (default: text)"
    )
    parser.add_argument("--id-field", default="id", metavar="NAME", help="JSON field or column of the id (default: id)")
    parser.add_argument(
        "--artifact", type=Path, metavar="DIR", help="what to score with (default: it ships with the package)"
    )
    parser.add_argument(
        "--jobs", type=_number_of_jobs, metavar="N", help="processes to score with; -1: one a processor"
    )


def _add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder with one folder a corpus")
    parser.add_argument("--annotations", type=Path, metavar="DIR", help="folder of annotated articles of your own")
    parser.add_argument("--only-own", action="store_true", help="only the articles that ship with the package")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="default: %(default)s")
    parser.add_argument(
        "--jobs", type=_number_of_jobs, default=1, metavar="N", help="processes; -1: one a processor (default: 1)"
    )


class _Input:
    """The articles of the command line, counted, with the complaints about those that cannot be read."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self.read = self.bad = self.undecoded = 0
        self.undecoded_first = ""

    def __iter__(self) -> Iterator[Article]:
        from classifier.reading import read_articles

        for path in self.args.files:
            for article in read_articles(path, self.args.text_field, self.args.id_field, on_error=self.complain):
                self.read += 1
                if "\ufffd" in article.text:
                    self.undecoded += 1
                    self.undecoded_first = self.undecoded_first or article.id or path
                yield article

    def complain(self, error: ReadingError) -> None:
        self.bad += 1
        _say(f"error: {error}")

    def code(self) -> int:
        """Say what there is to say at the end; give the exit code."""
        if self.undecoded:
            _say(
                f"warning: {self.undecoded} of {self.read} articles, first {self.undecoded_first}, hold characters "
                "that could not be decoded (U+FFFD) and may be quotation marks; save them as UTF-8"
            )
        if self.bad and self.read:
            _say(f"{self.read} articles read, {self.bad} could not be read")
        return 0 if not self.bad else 1 if self.read else 2


@contextmanager
def _output(out: Path | None, encoding: str | None = "utf-8") -> Iterator[TextIO]:
    """Standard output, or a file that is there only when all of it is."""
    if out is None:
        if hasattr(sys.stdout, "reconfigure"):
            # What programs read is UTF-8 everywhere; what people read keeps their terminal's encoding.
            sys.stdout.reconfigure(encoding=encoding, errors="replace")
        yield sys.stdout
    elif out.is_dir():
        raise ValueError(f"--out {out} is a folder; it takes a file here")
    elif out.exists() and not out.is_file():
        # A device or a named pipe must not be replaced by a file.
        with open(out, "w", encoding="utf-8", newline="\n") as file:
            yield file
    else:
        aside = out.with_name(f".{out.name}.{os.getpid()}.tmp")
        try:
            file = open(aside, "w", encoding="utf-8", newline="\n")  # noqa: SIM115
        except OSError as error:
            raise ValueError(f"--out {out}: {error.strerror}") from None
        try:
            with file:
                yield file
            os.replace(aside, out)
        finally:
            aside.unlink(missing_ok=True)


def _format(args: argparse.Namespace, known: Sequence[str]) -> str:
    if args.out is not None and any(os.path.exists(f) and _same(args.out, f) for f in args.files):
        raise ValueError(f"--out {args.out} is one of the files to read")
    if args.format is not None:
        return args.format
    ending = args.out.suffix.lower().lstrip(".") if args.out is not None else ""
    named = {"htm": "html", "ndjson": "jsonl"}.get(ending, ending)
    if named and named not in (*known, "txt"):
        raise ValueError(
            f"--out {args.out}: its ending names no format; there are {', '.join(known)} (and .txt for a table)"
        )
    return named if named in known else "table"


def _same(out: Path, file: str) -> bool:
    return out.is_file() and os.path.samefile(out, file)


def _reports(args: argparse.Namespace, articles: Iterable[Article]) -> Iterable[ArticleReport]:
    import classifier

    # joblib's advice on work left over is none to someone who stopped it, or whose "head" did.
    warnings.filterwarnings("ignore", message=r"\d+ tasks ", category=UserWarning)
    return classifier.load(args.artifact).score_many(articles, n_jobs=args.jobs)


def _width(out: Path | None) -> int:
    return shutil.get_terminal_size((100, 24)).columns if out is None else 100


def _color(out: Path | None) -> bool:
    return out is None and sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _with_progress(reports: Iterable[ArticleReport]) -> Iterable[ArticleReport]:
    try:
        from tqdm import tqdm
    except ImportError:
        return reports
    return tqdm(reports, desc="scoring", unit=" articles", file=sys.stderr, leave=False)


def _score_batch(args: argparse.Namespace) -> int:
    if args.out is None:
        raise ValueError("--input takes --out FILE, where the scores go")
    for given, option in ((args.files, "FILE"), (args.format, "--format"), (args.details, "--details")):
        if given:
            raise ValueError(f"--input goes without {option}")
    import classifier
    from classifier import batches

    meter = None if args.no_progress else batches.Meter(batches.count(args.input))
    try:
        run = batches.score_files(
            classifier.load(args.artifact),
            args.input,
            args.out,
            errors=args.errors,
            text_field=args.text_field,
            id_field=args.id_field,
            n_jobs=args.jobs,
            restart=args.restart,
            progress=meter,
        )
    except KeyboardInterrupt:
        _say("stopped; the same command goes on from here")
        raise
    finally:
        if meter is not None:
            meter.close()
    failed = f"; {run.failed:,} failed, see {args.errors or batches.errors_path(args.out)}" if run.failed else ""
    _say(f"{run.scored:,} articles scored into {args.out}{failed}")
    return 0 if not run.failed else 1 if run.scored else 2


def _score(args: argparse.Namespace) -> int:
    if args.input is not None:
        return _score_batch(args)
    if not args.files:
        args.usage("the following arguments are required: FILE")
    for given, option in ((args.errors, "--errors"), (args.restart, "--restart")):
        if given:
            raise ValueError(f"{option} goes with --input")
    known = ("table", "json", "jsonl", "html")
    form = _format(args, known)
    if args.details and form != "table":
        raise ValueError(f"--details goes with --format table; {form} has every detail anyway")
    source = _Input(args)
    articles = iter(source)
    first = list(islice(articles, HANDFUL + 1))
    if not first:
        return source.code()
    several = len(first) > 1
    if several and form == "html" and args.out is None:
        raise ValueError("several articles as HTML take --out FOLDER, one page each")
    reports = _reports(args, chain(first, articles))
    flows = args.out is None and (form in ("json", "jsonl") or args.details) and sys.stdout.isatty()
    if len(first) > HANDFUL and sys.stderr.isatty() and not args.no_progress and not flows:
        reports = _with_progress(reports)
    # A folder without an ending stays one where it happens to get a single article.
    if form == "html" and args.out is not None and (several or args.out.is_dir() or not args.out.suffix):
        _write_pages(reports, args.out)
    else:
        with _output(args.out, None if form == "table" else "utf-8") as stream:
            for piece in _pieces(reports, args, form, several):
                stream.write(piece + "\n")
    return source.code()


def _pieces(reports: Iterable[ArticleReport], args: argparse.Namespace, form: str, several: bool) -> Iterator[str]:
    """The output of ``score`` in pieces, so that a large collection is never held as a whole."""
    if form == "jsonl":
        yield from (report.to_json() for report in reports)
    elif form == "html":
        yield from (report.to_html() for report in reports)
    elif form == "json" and several:
        for number, report in enumerate(reports):
            yield ("[" if number == 0 else ",") + report.to_json()
        yield "]"
    elif form == "json":
        yield from (report.to_json(indent=2) for report in reports)
    else:
        from classifier import terminal

        width, color = _width(args.out), _color(args.out)
        if args.details or not several:
            for number, report in enumerate(reports):
                yield ("\n" if number else "") + terminal.report_text(report, width, color)
        else:
            # Of many articles only what the table shows is kept.
            light = [dataclasses.replace(report, sentences=(), headline=None, text="") for report in reports]
            yield terminal.reports_table(light, width)
            if args.out is None:
                yield "\n" + textwrap.fill(_HINT, width)


def _write_pages(reports: Iterable[ArticleReport], folder: Path) -> None:
    if folder.suffix.lower() in (".html", ".htm") or folder.is_file():
        raise ValueError(f"several articles as HTML take a folder for --out, not {folder}")
    folder.mkdir(parents=True, exist_ok=True)
    taken: set[str] = set()
    for number, report in enumerate(reports, 1):
        with _output(folder / _page_name(report.id or report.title or str(number), taken)) as stream:
            stream.write(report.to_html())


def _page_name(name: str, taken: set[str]) -> str:
    """A file name that every file system takes, told from all before it even where case does not count."""
    # The end of a path or a URL tells articles apart better than its beginning.
    stem = re.sub(r"[^\w.]+", "-", name.removesuffix(".txt"))[-80:].strip("-.") or "article"
    unique, number = stem, 1
    while unique.lower() in taken:
        number += 1
        unique = f"{stem}-{number}"
    taken.add(unique.lower())
    return f"{unique}.html"


def _compare(args: argparse.Namespace) -> int:
    import classifier

    form = _format(args, ("table", "json", "html"))
    source = _Input(args)
    articles = list(source)
    if len(articles) < 2:
        raise ValueError(f"compare takes two articles or more, not {len(articles)}")
    with _output(args.out, None if form == "table" else "utf-8") as stream:
        comparison = classifier.compare(list(_reports(args, articles)))
        if form == "html":
            text = comparison.to_html()
        elif form == "json":
            text = comparison.to_json(indent=2)
        else:
            text = comparison.to_text(_width(args.out))
        stream.write(text.rstrip("\n") + "\n")
    return source.code()


def _progress(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def _data(args: argparse.Namespace) -> dict[str, Any]:
    """What ``train`` and ``evaluate`` are given alike."""
    from training import corpora

    data, annotations = args.data, args.annotations
    if args.only_own:
        if data is not None or annotations is not None:
            raise ValueError("--only-own goes without --data and --annotations")
    elif data is None:
        cache = corpora.cache_folder()
        if set(corpora.available(cache)) - {"annotations"}:
            data = cache
        elif annotations is None:
            _progress(f"no --data and no corpora in {cache}: using only the articles that ship with the package")
    return {"data": data, "annotations": annotations, "seed": args.seed, "jobs": args.jobs, "progress": _progress}


def _train(args: argparse.Namespace) -> int:
    from training.own_labels import LabelError

    if args.check and not args.labels:
        raise ValueError("--check goes with --labels")
    if not args.check and args.out is None:
        args.usage("the following arguments are required: --out")
    try:
        if args.check:
            return _check_labels(args.labels)
        from training.train import train

        labels, report = args.labels or (), args.report or ()
        result = train(out=args.out, **_data(args), cache=args.cache, labels=labels, report=report)
    except LabelError as error:
        # Whoever mends a table wants all of its mistakes at once.
        for problem in error.problems[:MISTAKES]:
            _say(f"error: {problem}")
        more = len(error.problems) - MISTAKES
        _say(f"{len(error.problems):,} mistakes in the labels" + (f", {more:,} of them not shown" if more > 0 else ""))
        return 2
    for line in result["summary"]:
        print(line)
    print(f"score with it: accordingto score FILE --artifact {result['artifact']}")
    return 0


def _check_labels(files: Sequence[Path]) -> int:
    from training import own_labels

    labels = own_labels.read(files)
    for line in labels.summary():
        print(line)
    for warning in labels.warnings:
        _say(f"warning: {warning}")
    return 0


def _evaluate(args: argparse.Namespace) -> int:
    given = _data(args)
    from training import evaluate

    if args.out is None:
        print(evaluate.table(evaluate.evaluate(**given, folds=args.folds, signals=args.signals)))
        return 0
    # The file is opened first: an evaluation is too long to fail for want of a folder in the end.
    with _output(args.out) as stream:
        result = evaluate.evaluate(**given, folds=args.folds, signals=args.signals)
        stream.write(json.dumps(_plain(result), ensure_ascii=False, indent=2, allow_nan=False) + "\n")
    print(evaluate.table(result))
    return 0


def _plain(value: Any) -> Any:
    """Figures as JSON has them: NumPy's numbers as Python's, and None where there is no number."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, (str, int)) else str(value)


def _fetch(args: argparse.Namespace) -> int:
    from training import corpora

    if args.list:
        here = corpora.available(args.cache)
        for entry in map(corpora.info, corpora.names()):
            state = "here" if entry.name in here else "can be fetched" if entry.downloads else "not public"
            print(f"{entry.name}  [{state}]  {entry.title}\n    {entry.description}\n    licence: {entry.licence}")
        return 0
    names = [name for name in corpora.names() if corpora.info(name).downloads] if args.all else args.names
    if not names:
        raise ValueError("name the corpora to fetch, or give --list to see them or --all for every one")
    from training.corpora.fetch import fetch

    for name, folder in fetch(names, cache=args.cache, progress=True, allow_changed=args.allow_changed).items():
        print(f"{name}: {folder}")
    return 0


def _artifact(args: argparse.Namespace) -> int:
    from classifier import artifact

    path = args.path or artifact.default_path()
    manifest = artifact.verify(path)
    if args.what == "show":
        print(json.dumps(manifest, ensure_ascii=False, indent=2))
    else:
        print(f"{path}: all {len(manifest['files'])} files are as trained")
    return 0
