"""Invented names and numbers: people of many origins, phones of ranges reserved for fiction.

Ireland 020 91x xxxx, United Kingdom 01632 960xxx and 020 7946 0xxx, North America 555-01xx.
"""

from functools import cache
from random import Random

_FIRST = {
    "Dublin": (
        "Aoife Ciarán Niamh Eoin Saoirse Declan Amara Tomasz Zofia Wei Priya Kwame Lucía Marek "
        "Ngozi Róisín Yusuf Ingrid Mateo Leila Oisín Grace Bartek Fatima Hugo Sinead Dmitri Chloé"
    ),
    "Manila": (
        "Jasmine Paolo Maricel Jericho Rowena Dante Liza Miguel Althea Ramil Kristine Joaquin "
        "Bea Emilio Tala Rico Mayumi Andres Corazon Jun Divina Isagani Luz Benjie Amihan Noel"
    ),
    "Bogota": (
        "Valentina Santiago Camila Andrés Luisa Juan Daniela Mateo Ximena Felipe Paula Sebastián "
        "Yolanda Jhon Mariana Óscar Natalia Wilson Tatiana Esteban Ángela Édgar Inés Nicolás"
    ),
}  # fmt: skip
_LAST = {
    "Dublin": (
        "Byrne O'Neil Kelly Walsh Kowalski Okafor Sharma Chen Murphy Nowak Haddad Silva Fitzgerald "
        "Ní~Bhriain Mensah Popescu Doyle Larsen García Keane McCarthy Adeyemi Quinn Ryan Müller"
    ),
    "Manila": (
        "Santos Reyes Cruz Bautista Ocampo Garcia Mendoza Torres Villanueva Dela~Cruz Ramos Aquino "
        "Castillo Pangilinan Dizon Salazar Navarro Lim Tan Sy Magsaysay Bonifacio Mercado"
    ),
    "Bogota": (
        "Rodríguez Gómez González Martínez Muñoz Rojas Peña Castro Ríos Cárdenas Vargas Ortiz "
        "Suárez Quintero Mosquera Zapata Ibáñez Arango Restrepo Palacios Córdoba Barrera"
    ),
}  # fmt: skip
_UK = ("0113496", "0114496", "0115496", "0116496", "0117496", "0118496", "0121496", "0131496",
       "0141496", "0151496", "0161496", "0191498", "0207946", "0163296")  # fmt: skip
_IRISH = 75_000
_EASY = 8


@cache
def known(site: str) -> list[tuple[str, str]]:
    """All (full name, login) pairs of people as they are called around a site."""
    firsts, lasts = _FIRST[site].split(), _LAST[site].split()
    names = [f"{first} {last}".replace("~", " ") for first in firsts for last in lasts]
    return [(name, login_of(name)) for name in names]


def person(rng: Random, site: str) -> str:
    """A full name as people of that site are called."""
    return rng.choice(known(site))[0]


def customer_phone(site: str, index: int, size: float = 1.0) -> str:
    """The number of a customer, unique within the site, in a range kept for fiction."""
    n_irish = int(_IRISH * size)
    if site == "Dublin":
        if index < n_irish:
            return f"+35320{9_100_000 + index}"
        index -= n_irish
        area = _UK[index % len(_UK)]
        tail = f"{index // len(_UK):04d}"
        return f"+44{area[1:]}{tail if len(area) < _EASY else tail[1:]}"
    area = 201 + (index // 100) + (0 if site == "Manila" else 500)
    return f"+1{area}55501{index % 100:02d}"


def login_of(name: str) -> str:
    """A login in lower ASCII letters: `first.last`."""
    plain = name.lower().translate(
        str.maketrans("áéíóúñüãõç", "aeiounuaoc", "'")
    )  # the letters that the lists above hold
    return ".".join(plain.split())
