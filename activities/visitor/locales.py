"""Place and language of the visitors from each country.

The table is written by hand, and tests check it. No library has this data: the most common language
of browsers is often not the first official language. In a country with several time zones, the
table has the time zone in which most people live.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A large city of a country, and the language of its browsers."""

    locale: str
    """Language tag with a region (BCP 47)."""
    timezone: str
    """Name of the time zone in the tz database."""
    latitude: float
    longitude: float


PLACES: dict[str, Place] = {
    "us": Place("en-US", "America/New_York", 40.713, -74.006),
    "gb": Place("en-GB", "Europe/London", 51.507, -0.128),
    "de": Place("de-DE", "Europe/Berlin", 52.520, 13.405),
    "fr": Place("fr-FR", "Europe/Paris", 48.857, 2.352),
    "jp": Place("ja-JP", "Asia/Tokyo", 35.690, 139.692),
    "au": Place("en-AU", "Australia/Sydney", -33.869, 151.209),
    "ca": Place("en-CA", "America/Toronto", 43.651, -79.347),
    "br": Place("pt-BR", "America/Sao_Paulo", -23.551, -46.633),
    "in": Place("en-IN", "Asia/Kolkata", 19.076, 72.878),
    "nl": Place("nl-NL", "Europe/Amsterdam", 52.368, 4.904),
    "sg": Place("en-SG", "Asia/Singapore", 1.352, 103.820),
    "es": Place("es-ES", "Europe/Madrid", 40.417, -3.704),
    "it": Place("it-IT", "Europe/Rome", 41.903, 12.496),
    "mx": Place("es-MX", "America/Mexico_City", 19.433, -99.133),
    "za": Place("en-ZA", "Africa/Johannesburg", -26.204, 28.047),
    "ng": Place("en-NG", "Africa/Lagos", 6.524, 3.379),
    "ar": Place("es-AR", "America/Argentina/Buenos_Aires", -34.604, -58.382),
    "be": Place("nl-BE", "Europe/Brussels", 50.850, 4.352),
    "ch": Place("de-CH", "Europe/Zurich", 47.377, 8.542),
    "cl": Place("es-CL", "America/Santiago", -33.449, -70.669),
    "cn": Place("zh-CN", "Asia/Shanghai", 31.230, 121.474),
    "co": Place("es-CO", "America/Bogota", 4.711, -74.072),
    "cz": Place("cs-CZ", "Europe/Prague", 50.076, 14.438),
    "dk": Place("da-DK", "Europe/Copenhagen", 55.676, 12.568),
    "eg": Place("ar-EG", "Africa/Cairo", 30.044, 31.236),
    "fi": Place("fi-FI", "Europe/Helsinki", 60.170, 24.938),
    "gr": Place("el-GR", "Europe/Athens", 37.984, 23.728),
    "hk": Place("zh-HK", "Asia/Hong_Kong", 22.320, 114.169),
    "hu": Place("hu-HU", "Europe/Budapest", 47.498, 19.040),
    "id": Place("id-ID", "Asia/Jakarta", -6.209, 106.846),
    "ie": Place("en-IE", "Europe/Dublin", 53.350, -6.260),
    "il": Place("he-IL", "Asia/Jerusalem", 32.085, 34.782),
    "kr": Place("ko-KR", "Asia/Seoul", 37.567, 126.978),
    "my": Place("ms-MY", "Asia/Kuala_Lumpur", 3.139, 101.687),
    "no": Place("nb-NO", "Europe/Oslo", 59.914, 10.752),
    "nz": Place("en-NZ", "Pacific/Auckland", -36.848, 174.763),
    "pe": Place("es-PE", "America/Lima", -12.046, -77.043),
    "ph": Place("en-PH", "Asia/Manila", 14.600, 120.984),
    "pl": Place("pl-PL", "Europe/Warsaw", 52.230, 21.012),
    "pt": Place("pt-PT", "Europe/Lisbon", 38.722, -9.139),
    "ro": Place("ro-RO", "Europe/Bucharest", 44.427, 26.103),
    "sa": Place("ar-SA", "Asia/Riyadh", 24.714, 46.675),
    "se": Place("sv-SE", "Europe/Stockholm", 59.329, 18.069),
    "th": Place("th-TH", "Asia/Bangkok", 13.756, 100.502),
    "tr": Place("tr-TR", "Europe/Istanbul", 41.008, 28.978),
    "tw": Place("zh-TW", "Asia/Taipei", 25.033, 121.565),
    "ua": Place("uk-UA", "Europe/Kyiv", 50.450, 30.523),
    "vn": Place("vi-VN", "Asia/Ho_Chi_Minh", 10.823, 106.630),
}
"""Places by country code, for all of `domain.proxies.COUNTRIES`."""
