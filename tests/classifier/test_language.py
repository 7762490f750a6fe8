"""What is not English prose is told: which language it is, or that it is hardly a news article."""

import math
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest

from classifier import Article, language
from classifier.document import read
from classifier.report import SCORES

ROOT = Path(__file__).resolve().parent.parent.parent
OTHER = sorted((ROOT / "tests" / "data" / "other").glob("*.txt"))
ENGLISH = "The weir at Ossel will close in May, said Ann Bell, who leads the water board, on Monday. "

# the same invented news, by the name of its language
FOREIGN = {
    "German": "Die Brücke am alten Hafen bleibt bis zum Herbst gesperrt, teilte die Stadtverwaltung am Dienstag mit. Ein Sprecher sagte, die Kosten seien höher als erwartet, und die Arbeiten könnten erst im nächsten Jahr beginnen.",
    "French": "Le pont du vieux port restera fermé jusqu'à l'automne, a annoncé mardi la mairie. Selon un porte-parole, les coûts sont plus élevés que prévu et les travaux ne pourraient commencer que l'année prochaine.",
    "Spanish": "El puente del puerto viejo seguirá cerrado hasta el otoño, informó el martes el ayuntamiento. Según un portavoz, los costes son más altos de lo previsto y las obras no podrían empezar hasta el año que viene.",
    "Italian": "Il ponte del vecchio porto resterà chiuso fino all'autunno, ha annunciato martedì il comune. Secondo un portavoce i costi sono più alti del previsto e i lavori potrebbero cominciare soltanto l'anno prossimo.",
    "Portuguese": "A ponte do porto velho continuará fechada até ao outono, informou na terça-feira a câmara municipal. Segundo um porta-voz, os custos são mais altos do que o previsto e as obras só poderão começar no próximo ano.",
    "Dutch": "De brug in de oude haven blijft tot het najaar gesloten, heeft de gemeente dinsdag bekendgemaakt. Volgens een woordvoerder zijn de kosten hoger dan verwacht en kan het werk pas volgend jaar beginnen.",
    "Swedish": "Bron vid den gamla hamnen förblir stängd till hösten, meddelade kommunen på tisdagen. Enligt en talesperson är kostnaderna högre än väntat och arbetet kan börja först nästa år.",
    "Danish": "Broen ved den gamle havn forbliver lukket indtil efteråret, oplyste kommunen tirsdag. Ifølge en talsmand er udgifterne højere end ventet, og arbejdet kan først begynde næste år.",
    "Norwegian": "Broen ved den gamle havna blir stengt til høsten, opplyste kommunen tirsdag. Ifølge en talsperson er kostnadene høyere enn ventet, og arbeidet kan først begynne neste år.",
    "Finnish": "Vanhan sataman silta pysyy suljettuna syksyyn asti, kertoi kaupunki tiistaina. Tiedottajan mukaan kustannukset ovat odotettua suuremmat, ja työt voivat alkaa vasta ensi vuonna.",
    "Polish": "Most w starym porcie pozostanie zamknięty do jesieni, poinformował we wtorek urząd miasta. Według rzecznika koszty są wyższe niż przewidywano, a prace mogą się rozpocząć dopiero w przyszłym roku.",
    "Czech": "Most ve starém přístavu zůstane uzavřen až do podzimu, oznámila v úterý radnice. Podle mluvčího jsou náklady vyšší, než se čekalo, a práce by mohly začít až příští rok.",
    "Slovak": "Most v starom prístave zostane zatvorený až do jesene, oznámila v utorok radnica. Podľa hovorcu sú náklady vyššie, ako sa čakalo, a práce by sa mohli začať až budúci rok.",
    "Romanian": "Podul din portul vechi va rămâne închis până în toamnă, a anunțat marți primăria. Potrivit unui purtător de cuvânt, costurile sunt mai mari decât se aștepta, iar lucrările ar putea începe abia anul viitor.",
    "Hungarian": "A régi kikötő hídja őszig zárva marad, közölte kedden a városháza. A szóvivő szerint a költségek magasabbak a vártnál, és a munkálatok csak jövőre kezdődhetnek el.",
    "Turkish": "Eski limandaki köprü sonbahara kadar kapalı kalacak, belediye salı günü açıkladı. Bir sözcüye göre maliyetler beklenenden yüksek ve çalışmalar ancak gelecek yıl başlayabilecek.",
    "Indonesian": "Jembatan di pelabuhan lama akan tetap ditutup sampai musim gugur, kata pemerintah kota pada hari Selasa. Menurut seorang juru bicara, biayanya lebih tinggi dari perkiraan dan pekerjaan baru bisa dimulai tahun depan.",
    "Vietnamese": "Cây cầu ở cảng cũ sẽ tiếp tục đóng cửa cho đến mùa thu, chính quyền thành phố cho biết hôm thứ Ba. Theo một người phát ngôn, chi phí cao hơn dự kiến và công việc chỉ có thể bắt đầu vào năm sau.",
    "Russian": "Мост в старом порту останется закрытым до осени, сообщила во вторник мэрия. По словам представителя, расходы выше ожидаемых, и работы могут начаться только в следующем году.",
    "Ukrainian": "Міст у старому порту залишиться закритим до осені, повідомила у вівторок мерія. За словами речника, витрати вищі за очікувані, і роботи можуть розпочатися лише наступного року.",
    "Bulgarian": "Мостът на старото пристанище ще остане затворен до есента, съобщи във вторник общината. Според говорител разходите са по-високи от очакваното и работата може да започне едва догодина.",
    "Greek": "Η γέφυρα στο παλιό λιμάνι θα παραμείνει κλειστή μέχρι το φθινόπωρο, ανακοίνωσε την Τρίτη ο δήμος. Σύμφωνα με έναν εκπρόσωπο, το κόστος είναι υψηλότερο από το αναμενόμενο.",
    "Arabic": "سيبقى الجسر في الميناء القديم مغلقا حتى الخريف، حسبما أعلنت البلدية يوم الثلاثاء. وقال متحدث إن التكاليف أعلى من المتوقع وإن الأشغال لن تبدأ إلا في العام المقبل.",
    "Hebrew": "הגשר בנמל הישן יישאר סגור עד הסתיו, הודיעה העירייה ביום שלישי. לדברי דובר, העלויות גבוהות מהצפוי והעבודות יוכלו להתחיל רק בשנה הבאה.",
    "Persian": "شهرداری روز سه‌شنبه اعلام کرد پل بندر قدیمی تا پاییز بسته خواهد ماند. به گفته سخنگو هزینه‌ها بیشتر از انتظار است و کار تنها سال آینده آغاز می‌شود.",
    "Hindi": "नगर निगम ने मंगलवार को बताया कि पुराने बंदरगाह का पुल पतझड़ तक बंद रहेगा। एक प्रवक्ता के अनुसार लागत उम्मीद से अधिक है और काम अगले साल ही शुरू हो सकेगा।",
    "Chinese": "市政府周二表示，旧港口的大桥将一直关闭到秋天。一位发言人说，费用比预期的要高，工程明年才能开始。居民们对此表示不满，并要求尽快恢复通行。",
    "Japanese": "旧港の橋は秋まで閉鎖されたままになると、市役所が火曜日に発表した。広報担当者によると、費用は予想より高く、工事が始まるのは来年になる見通しだという。",
    "Korean": "옛 항구의 다리는 가을까지 폐쇄된 상태로 남을 것이라고 시청이 화요일 밝혔다. 대변인에 따르면 비용이 예상보다 높으며 공사는 내년에야 시작될 수 있다.",
    "Swahili": "Daraja la bandari ya zamani litabaki limefungwa hadi msimu wa vuli, manispaa ilisema Jumanne. Kwa mujibu wa msemaji, gharama ni kubwa kuliko ilivyotarajiwa na kazi inaweza kuanza mwaka ujao tu.",
    "Catalan": "El pont del port vell continuarà tancat fins a la tardor, ha informat dimarts l'ajuntament. Segons un portaveu, els costos són més alts del que es preveia i les obres no podrien començar fins l'any que ve.",
    "Croatian": "Most u staroj luci ostat će zatvoren do jeseni, objavila je u utorak gradska uprava. Prema riječima glasnogovornika, troškovi su veći od očekivanih, a radovi bi mogli početi tek sljedeće godine.",
    "Tagalog": "Mananatiling sarado ang tulay sa lumang daungan hanggang taglagas, sabi ng pamahalaang lungsod noong Martes. Ayon sa isang tagapagsalita, mas mataas ang gastos kaysa inaasahan at sa susunod na taon pa magsisimula ang trabaho.",
    "Afrikaans": "Die brug by die ou hawe bly tot die herfs gesluit, het die stadsraad Dinsdag gesê. Volgens 'n woordvoerder is die koste hoër as wat verwag is en kan die werk eers volgende jaar begin.",
    "Lithuanian": "Tiltas senajame uoste liks uždarytas iki rudens, antradienį pranešė savivaldybė. Pasak atstovo, išlaidos didesnės nei tikėtasi, o darbai gali prasidėti tik kitais metais.",
}


def warnings(text, title=""):
    return language.warnings(read(Article(text, title=title)))


@pytest.mark.parametrize("name", FOREIGN)
def test_another_language_is_named_and_not_scored(predictor, name):
    report = predictor.score(FOREIGN[name] + "\n\n" + FOREIGN[name])
    assert f"not English: it reads as {name}" in report.warnings
    assert math.isnan(report.sourcing.value)
    assert math.isnan(report.loaded.value)


@pytest.mark.parametrize("name", ["German", "Spanish", "Russian", "Chinese"])
def test_without_the_library_the_language_has_no_name_and_the_text_no_scores(predictor, monkeypatch, name):
    monkeypatch.setitem(sys.modules, "py3langid", None)
    report = predictor.score(FOREIGN[name] * 2)
    assert report.warnings[0].startswith(("not English: its script is", "not a news article in English"))
    assert math.isnan(report.sourcing.value)


@pytest.mark.parametrize("path", OTHER, ids=lambda p: p.stem)
def test_what_is_no_news_article_gets_a_warning_and_no_scores(predictor, path):
    report = predictor.score(path.read_text(encoding="utf-8"))
    assert any(w.startswith("not a news article") for w in report.warnings), report.warnings
    assert all(math.isnan(getattr(report, score).value) for score in SCORES)
    assert math.isnan(report.valence)


def test_there_are_other_texts_of_many_kinds():
    assert len(OTHER) >= 14


def test_news_gets_no_such_warning(own_corpus):
    articles = [Article(a.text, title=a.title) for a in own_corpus.articles]
    articles += [Article(p.read_text(encoding="utf-8")) for p in (ROOT / "examples").glob("*.txt")]
    alarms = [a.title for a in articles if language.warnings(read(a))]
    assert len(alarms) <= 0.02 * len(articles), alarms


def test_news_of_many_outlets_gets_no_such_warning():
    from training.corpora import news

    folder = ROOT.parent / "shared" / "corpora" / "news"
    if not folder.is_dir():
        pytest.skip("the news corpus (../shared/corpora/news) is not here")
    articles = [Article(a.text, title=a.title) for a in islice(news.iterate(folder), 0, None, 40)]
    alarms = [a.title for a in articles if language.warnings(read(a))]
    assert len(articles) > 200
    assert len(alarms) < 0.02 * len(articles), alarms


@pytest.mark.parametrize(
    "text",
    [
        ENGLISH * 3 + "“La presa queda cerrada hasta mayo,” dijo en español a los vecinos del pueblo. " + ENGLISH * 3,
        ENGLISH.upper() * 4,
        "\n".join(
            (ENGLISH * 6).split()[i * 11] + " " + " ".join((ENGLISH * 6).split()[i * 11 + 1 : i * 11 + 11])
            for i in range(9)
        ),
        ENGLISH * 4 + "Šišková, Wójcik, Őri, Çelik, Ødegård and Nuñez were there. ",
        "",
        "Ann Bell",
        "1 2 3",
    ],
    ids=["foreign quotation", "capitals", "hard-wrapped", "foreign names", "empty", "name", "numbers"],
)
def test_english_with_oddities_is_no_other_language(text):
    assert not [w for w in warnings(text) if "not English" in w]


def test_a_few_foreign_words_are_too_little_to_name_a_language():
    assert warnings("Guten Morgen allerseits") == []


def test_half_surrogates_do_not_stop_the_naming():
    assert warnings(FOREIGN["Swedish"] + "\ud800") == ["not English: it reads as Swedish"]


def test_english_articles_do_not_load_the_library():
    code = (
        "import sys, classifier; p = classifier.load(); p.score(sys.argv[1]);"
        "assert 'py3langid' not in sys.modules; p.score(sys.argv[2]); assert 'py3langid' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, ENGLISH * 8, FOREIGN["Dutch"] * 3], cwd=ROOT, check=True)


def test_an_unknown_code_is_given_as_it_is(monkeypatch):
    monkeypatch.setattr(language, "identify", lambda text: "xyz")
    assert warnings(FOREIGN["Danish"]) == ["not English: it reads as the language 'xyz'"]


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("", 0.0),
        ("He said that it was very good.", 1.0),
        ("he said that it was very good", 0.0),
        ("1, 2, 3, 4, 5, 6, a, b, c, d, e.", 0.0),
        ("“We know how long it took,” he said.\nleeks\ncarrots\nbarley\n", 12 / 15),
    ],
)
def test_prose_share_counts_sentences(text, share, monkeypatch):
    monkeypatch.setattr(language, "LEAST_PROSE", 2.0)
    assert language.prose_share(read(Article(text))) == pytest.approx(share)


SPOKEN = [
    "Thank you for having me, it is good to be back in this room after such a long winter.",
    "So tell us, when did you first hear that the weir at Ossel might not hold?",
    "In March, I think, when the engineers came to my office with two photographs.",
    "And nobody told the council about those photographs until the end of May?",
    "I told them myself, in a letter that I have here and that anybody may read.",
]


def turns(speakers, lines=SPOKEN):
    return "\n\n".join(f"{speakers[i % len(speakers)]} {line}" for i, line in enumerate(lines * 3))


@pytest.mark.parametrize(
    "text",
    [
        turns(["ANN BELL, MAYOR:", "HADDAD:"]),
        turns(["Q.", "A."]),
        turns(["Q:", "A:"]),
        turns(["[00:01:02] Speaker 1:", "[00:01:44] Speaker 2:"]),
        turns(["09:30 Chair (Ms Bell):", "09:31 Mr Haddad:"]),
        "The hearing began late.\n\n" + turns(["BELL:", "HADDAD:"]) + "\n\n(APPLAUSE)",
        turns(["Bell:", "Haddad:"]) + "\n\n" + "\n\n".join(["(APPLAUSE)", "(CROSSTALK)", ENGLISH * 3]),
    ],
    ids=["broadcast", "deposition", "questions", "machine", "minutes", "with a narrator", "stage directions"],
)
def test_a_transcript_is_no_article(predictor, text):
    report = predictor.score(text)
    assert "not a news article: it reads as a transcript, with the words of speakers in turn" in report.warnings
    assert math.isnan(report.sourcing.value)


@pytest.mark.parametrize(
    "text",
    [
        # an interview that somebody introduces, edits and tells between the answers
        f"{ENGLISH * 4}\n\n" + turns(["Beacon:", "Bell:"]) + f"\n\n{ENGLISH * 4}",
        # labels that begin lines are no speakers
        "\n\n".join(
            f"{label}: {line}"
            for label, line in zip("Who What When Where Why How Also Then Next Last".split(), SPOKEN * 2, strict=True)
        ),
        ENGLISH * 8,
    ],
    ids=["interview", "labels", "report"],
)
def test_who_speaks_in_an_article_does_not_make_it_a_transcript(text):
    assert warnings(text) == []


def test_the_own_interviews_are_articles(own_corpus):
    interviews = [a for a in own_corpus.articles if any(r.genre == "interview" for r in a.ratings)]
    assert interviews
    assert not any(language.is_transcript(a.text) for a in interviews)


def test_nothing_but_boilerplate_has_no_scores(predictor):
    lines = [
        "Advertisement",
        "Sign up for our morning newsletter",
        "Follow us on Twitter and Facebook.",
        "Photo: Ada Quillon/Harbour Pictures",
        "Share this article: Facebook | Twitter | Email",
        "Copyright 2019 Harbour Media. All rights reserved. No part of this page may be copied or sold.",
        "READ MORE: Ten gardens to visit this spring",
        "Subscribe today for full access to our site and app.",
        "We use cookies to improve this site. Read our cookie policy or change your settings.",
        "Got a tip? Email the newsroom at tips@harbourmedia.example.",
    ]
    report = predictor.score("\n\n".join(lines))
    assert report.warnings
    assert not report.warnings[0].startswith("note:")
    assert math.isnan(report.sourcing.value)
    assert math.isnan(report.opinion.value)


def test_too_short_a_text_has_no_scores_and_says_how_much_it_takes(predictor):
    report = predictor.score(ENGLISH * 2)
    assert any(w.startswith("too short to score: ") and "60 words" in w for w in report.warnings)
    assert math.isnan(report.transparency.value)
    assert not math.isnan(predictor.score(ENGLISH * 6).transparency.value)
