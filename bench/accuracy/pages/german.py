"""German pages."""

from bench.accuracy.markup import (
    aside,
    bullets,
    details,
    foot,
    grid,
    h1,
    h2,
    json_ld,
    lines,
    menu,
    microdata,
    table,
    text,
)
from bench.accuracy.page import Either, Page

PAGES = (
    Page(
        "de",
        "product",
        "Wanderrucksack Kar 28 - Bergladen Moosbach",
        (
            menu("Start", "Rucksäcke", "Zelte", "Angebote"),
            h1("Wanderrucksack Kar 28"),
            text("Statt 149,00 € jetzt 119,50 €", "zzgl. 5,95 € Versand, ab 150 € versandfrei"),
            details(
                ("Volumen", "28 Liter"),
                ("Gewicht", "1.050 g"),
                ("Farben", "Moosgrün, Schiefer, Rost"),
                ("Verfügbarkeit", "derzeit nicht lieferbar"),
            ),
            aside("Dazu passt", "Regenhülle 14,90 €", "Trinkflasche 22,00 €"),
        ),
        {
            "name": ("string", "Wanderrucksack Kar 28"),
            "price": ("number", 119.5),
            "oldPrice": ("number", 149),
            "shippingCost": ("number", 5.95),
            "weightGrams": ("integer", 1050),
            "colors": ("strings", ["Moosgrün", "Schiefer", "Rost"]),
            "availability": (("in_stock", "out_of_stock", "preorder"), "out_of_stock"),
            "manufacturer": ("string", None),
        },
    ),
    Page(
        "de",
        "event",
        "Orgelnacht in St. Afra",
        (
            h1("Orgelnacht in St. Afra"),
            table(
                ("Wann", "Samstag, 6. Februar 2027, 20 Uhr"),
                ("Wo", "Kirche St. Afra, Domplatz 3, Neuburg"),
                ("Eintritt", "18 €, ermäßigt 11 €"),
                ("Vorverkauf ab", "1. Dezember 2026"),
            ),
            text("Es spielt Veronika Lenz. Die Kirche ist nicht geheizt."),
            foot("Stand: 12.11.2026"),
        ),
        {
            "title": ("string", "Orgelnacht in St. Afra"),
            "date": ("date", "2027-02-06"),
            "startTime": ("string", Either("20 Uhr", "20:00")),
            "venue": ("string", Either("Kirche St. Afra", "St. Afra")),
            "regularPrice": ("number", 18),
            "reducedPrice": ("number", 11),
            "performer": ("string", "Veronika Lenz"),
            "presaleStart": ("date", "2026-12-01"),
        },
    ),
    Page(
        "de",
        "recipe",
        "Linsensuppe mit Birne",
        (
            h1("Linsensuppe mit Birne"),
            lines(("Portionen", "4"), ("Zeit", "55 Minuten"), ("Schwierigkeit", "einfach")),
            h2("Zutaten"),
            bullets("250 g Linsen", "2 Birnen", "1 Zwiebel", "1 Liter Brühe"),
            text("Zwiebel anbraten, Linsen und Brühe zugeben, 40 Minuten kochen. Birnen würfeln."),
            text("Von <b>Gerda Wulf</b>, pro Portion 310 kcal"),
        ),
        {
            "name": ("string", "Linsensuppe mit Birne"),
            "servings": ("integer", 4),
            "totalMinutes": ("integer", 55),
            "difficulty": (("easy", "medium", "hard"), "easy"),
            "ingredients": (
                "strings",
                ["250 g Linsen", "2 Birnen", "1 Zwiebel", "1 Liter Brühe"],
            ),
            "author": ("string", "Gerda Wulf"),
            "calories": ("integer", 310),
        },
    ),
    Page(
        "de",
        "job",
        "Uhrmacher (m/w/d) in Glashütte",
        (
            json_ld(
                kind="JobPosting",
                title="Uhrmacher (m/w/d)",
                hiringOrganization={"@type": "Organization", "name": "Zeitwerk Anders"},
                datePosted="2026-10-01",
            ),
            h1("Uhrmacher (m/w/d)"),
            text(
                "Die Zeitwerk Anders in Glashütte sucht ab 1. März 2027 Verstärkung in Vollzeit, "
                "unbefristet. Das Gehalt liegt zwischen 3.200 und 3.900 Euro im Monat."
            ),
            bullets("30 Tage Urlaub", "Werkstatt mit Blick ins Tal"),
            text("Kontakt: Frau Seidel, Telefon 035053 5550"),
        ),
        {
            "title": ("string", Either("Uhrmacher (m/w/d)", "Uhrmacher")),
            "company": ("string", Either("Zeitwerk Anders", "Die Zeitwerk Anders")),
            "city": ("string", "Glashütte"),
            "startDate": ("date", "2027-03-01"),
            "salaryMin": ("number", 3200),
            "salaryMax": ("number", 3900),
            "employmentType": (("full_time", "part_time", "internship"), "full_time"),
            "vacationDays": ("integer", 30),
        },
    ),
    Page(
        "de",
        "contact",
        "Impressum - Imkerei Sauerbrunn",
        (
            menu("Honig", "Führungen", "Impressum"),
            h1("Impressum"),
            text(
                "Imkerei Sauerbrunn GmbH<br>Lindenweg 8<br>88239 Wangen",
                "Geschäftsführerin: Ute Sauerbrunn",
                "Telefon: 07522 555 30<br>E-Mail: hof@imkerei.example",
                "Registergericht Ulm, HRB 55210. USt-IdNr. DE999888777",
            ),
        ),
        {
            "company": ("string", "Imkerei Sauerbrunn GmbH"),
            "street": ("string", "Lindenweg 8"),
            "postcode": ("string", "88239"),
            "city": ("string", "Wangen"),
            "managingDirector": ("string", "Ute Sauerbrunn"),
            "vatId": ("string", "DE999888777"),
            "email": ("string", "hof@imkerei.example"),
            "fax": ("string", None),
        },
    ),
    Page(
        "de",
        "real estate",
        "3-Zimmer-Wohnung mit Balkon, Halle",
        (
            h1("3-Zimmer-Wohnung mit Balkon"),
            text("Reilstraße 40, 06114 Halle (Saale), 2. Obergeschoss"),
            grid(
                ("Kaltmiete", "Nebenkosten", "Warmmiete", "Kaution"),
                ("640 €", "185 €", "825 €", "1.920 €"),
            ),
            details(
                ("Wohnfläche", "78,5 m²"), ("Frei ab", "01.04.2027"), ("Haustiere", "nicht erlaubt")
            ),
            aside("Ähnliche Angebote", "2 Zimmer, 510 € kalt", "4 Zimmer, 890 € kalt"),
        ),
        {
            "rooms": ("integer", 3),
            "coldRent": ("number", 640),
            "warmRent": ("number", 825),
            "deposit": ("number", 1920),
            "areaSquareMetres": ("number", 78.5),
            "availableFrom": ("date", "2027-04-01"),
            "petsAllowed": ("boolean", False),
            "constructionYear": ("integer", None),
        },
    ),
    Page(
        "de",
        "course",
        "Buchbinden für Anfänger - VHS Altmark",
        (
            h1("Buchbinden für Anfänger"),
            lines(
                ("Kursnummer", "K-2208"),
                ("Leitung", "Jonas Pfeil"),
                ("Beginn", "09.01.2027"),
                ("Termine", "6 Abende, jeweils 18:00-20:30"),
                ("Gebühr", "84,00 € (Material 12,50 € extra)"),
            ),
            text("Noch Plätze frei. Höchstens 9 Teilnehmer."),
        ),
        {
            "kurstitel": ("string", "Buchbinden für Anfänger"),
            "kursnummer": ("string", "K-2208"),
            "leitung": ("string", "Jonas Pfeil"),
            "beginn": ("date", "2027-01-09"),
            "gebuehr": ("number", 84),
            "materialkosten": ("number", 12.5),
            "maxTeilnehmer": ("integer", 9),
            "ausgebucht": ("boolean", False),
        },
    ),
    Page(
        "de",
        "person",
        "Prof. Dr. Helga Brandt - Institut für Gezeitenkunde",
        (
            menu("Institut", "Personen", "Lehre"),
            microdata(
                "Person",
                ("name", "Helga Brandt"),
                ("jobTitle", "Professorin für Küstenphysik"),
                ("email", "brandt@gezeiten.example"),
            ),
            text(
                "Geboren 1968 in Husum. Seit 2009 am Institut. Sprechstunde: Dienstag, 14-15 Uhr."
            ),
            h2("Sprachen"),
            bullets("Deutsch", "Dänisch", "Englisch"),
        ),
        {
            "name": ("string", Either("Helga Brandt", "Prof. Dr. Helga Brandt")),
            "position": ("string", "Professorin für Küstenphysik"),
            "email": ("string", "brandt@gezeiten.example"),
            "birthYear": ("integer", 1968),
            "birthPlace": ("string", "Husum"),
            "languages": ("strings", ["Deutsch", "Dänisch", "Englisch"]),
            "phone": ("string", None),
        },
    ),
    Page(
        "de",
        "forum",
        "Kombucha wird nicht sauer - Gärforum",
        (
            h1("Kombucha wird nicht sauer"),
            text(
                "<b>teefreundin</b> schrieb am 04.10.2026: Nach zehn Tagen schmeckt er immer noch "
                "süß. Mein Zimmer hat 17 Grad. Was mache ich falsch?"
            ),
            text(
                "<b>gaerbert</b> antwortete am 05.10.2026: Zu kalt! Stell ihn auf 24 Grad. "
                "(12 Personen finden das hilfreich, als Lösung markiert)"
            ),
            text("<b>mira</b> antwortete am 09.10.2026: Bei mir half mehr Ansatz."),
        ),
        {
            "question": ("string", "Kombucha wird nicht sauer"),
            "askedBy": ("string", "teefreundin"),
            "askedOn": ("date", "2026-10-04"),
            "answerCount": ("integer", 2),
            "isSolved": ("boolean", True),
            "acceptedAnswerBy": ("string", "gaerbert"),
            "viewCount": ("integer", None),
        },
    ),
    Page(
        "de",
        "list",
        "Wochenmärkte in Tannrode",
        (
            h1("Wochenmärkte in Tannrode"),
            bullets(
                "Rathausplatz: Mittwoch, 24 Stände",
                "Alter Hafen: Freitag, 15 Stände",
                "Südring: Samstag, 31 Stände",
            ),
            text("Am 24. Dezember fallen alle Märkte aus. Auskunft: 03944 555 88"),
        ),
        {
            "town": ("string", "Tannrode"),
            "markets": (
                [{"place": "string", "weekday": "string", "stalls": "integer"}],
                [
                    {"place": "Rathausplatz", "weekday": "Mittwoch", "stalls": 24},
                    {"place": "Alter Hafen", "weekday": "Freitag", "stalls": 15},
                    {"place": "Südring", "weekday": "Samstag", "stalls": 31},
                ],
            ),
            "phone": ("string", "03944 555 88"),
            "email": ("string", None),
        },
    ),
)
