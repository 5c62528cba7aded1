"""Draw charts, price tags and words whose print can be read: captions, products, small letters."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, sin
from random import Random

from PIL import Image, ImageDraw

from flashsloth_synthetic.background import any_background, any_size, ground
from flashsloth_synthetic.catalogue import RGB, far_apart, scaled, shade, visible
from flashsloth_synthetic.charts import clear_shares
from flashsloth_synthetic.everyday.drawing import (
    FINE,
    READABLE,
    Picture,
    any_paint,
    background_fact,
    brightness,
    claim,
    counted,
    fact,
    fine_canvas,
    grey,
    if_readable,
    letters_on,
    scene_of,
    text_width,
    write_percent,
    write_words,
)
from flashsloth_synthetic.grammar import article, listing
from flashsloth_synthetic.scene import COLOURS, Fact
from flashsloth_synthetic.sprites import faces
from flashsloth_synthetic.text_rendering import number_boxes, numbered_letters, slanted, strip, words

# What the bars or slices of a chart are named by.
THEMES: dict[str, tuple[str, ...]] = {
    "season": ("Spring", "Summer", "Autumn", "Winter"),
    "day": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "month": ("January", "February", "March", "April", "May", "June", "July", "August"),
    "short month": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "fruit": ("Apples", "Pears", "Plums", "Lemons", "Cherries", "Bananas", "Grapes"),
    "drink": ("Tea", "Coffee", "Milk", "Juice", "Water", "Cola"),
    "pet": ("Dog", "Cat", "Bird", "Fish", "Horse", "Rabbit"),
    "way": ("Bus", "Car", "Bike", "Train", "Plane", "Boat", "Foot"),
    "sport": ("Tennis", "Soccer", "Golf", "Chess", "Skiing", "Running"),
    "city": ("Rome", "Paris", "London", "Berlin", "Madrid", "Oslo", "Vienna"),
    "country": ("Italy", "France", "Spain", "Japan", "Brazil", "Kenya", "India"),
    "year": ("2018", "2019", "2020", "2021", "2022", "2023", "2024"),
    "group": ("A", "B", "C", "D", "E"),
    "product": ("Bread", "Cheese", "Eggs", "Soap", "Rice", "Pasta", "Sugar"),
}
CALLED = {"short month": "month", "way": "transport", "group": "team"}  # themes by another name
TITLES = (
    "Sales",
    "Visitors",
    "Income",
    "Costs",
    "Votes",
    "Orders",
    "Hours",
    "Results",
    "Rain",
    "Users",
)
NEVER_TITLE = "Sales by season"  # as examples/strangers
LEAST, SMALLEST = 0.06, 0.1  # difference between two shares of a chart; the smallest share
PRODUCTS = (
    "Oat milk", "Whole milk", "Brown bread", "Orange juice", "Apple juice", "Green tea", "Black tea", "Cold coffee",
    "White rice", "Red wine", "Cream cheese", "Hot sauce", "Fish oil", "Corn flakes", "Ice cream", "Potato chips",
    "Paper towels", "Hand soap", "Olive oil", "Sea salt", "Brown sugar", "Peanut butter", "Bananas", "Tomatoes", "Eggs",
    "Butter", "Honey", "Yogurt", "Pasta", "Cookies", "Water", "Lemons", "Carrots", "Shampoo", "Onions",
)  # fmt: skip
TAG_COLOURS = ("white", "white", "yellow", "yellow", "red", "green", "orange", "blue")


# Charts


@dataclass(frozen=True)
class _Chart:
    """What the bars or slices are called, their colours, and their shares of the whole.

    Args:
        noun: what the names are: season, day.
        ink, face, high: of the names; `high` is in pixels.
        numbered: whether each slice has its share in percent printed on it.
    """

    noun: str
    names: tuple[str, ...]
    hues: list[str]
    paints: list[RGB]
    shares: list[float]
    ink: RGB
    face: str
    high: float
    numbered: bool

    def percent(self, i: int) -> int:
        return round(100 * self.shares[i])


def _title(rng: Random, noun: str) -> str:
    while (title := f"{rng.choice(TITLES)} by {noun}") == NEVER_TITLE:
        pass
    return title


def labelled_chart(rng: Random) -> Picture:
    """Draw a bar or pie chart with names that are large enough to be read, and mostly a title."""
    size, paper = any_size(rng), grey(rng, 240, 255)
    image, draw = fine_canvas(size, paper)
    width, height = image.size
    face, ink = rng.choice(list(faces())), grey(rng, 0, 60)
    bars = rng.random() < 0.6
    theme = rng.choice(tuple(THEMES))
    noun, names = CALLED.get(theme, theme), THEMES[theme]
    count = rng.randint(2, 4)
    first = rng.randrange(len(names) - count + 1)
    in_order = names[first : first + count] if rng.random() < 0.5 else ()
    names = in_order or tuple(rng.sample(names, count))
    hues, paints = _colours(rng, count, paper)
    shares = clear_shares(rng, count, SMALLEST, LEAST)
    title = _title(rng, noun) if rng.random() < 0.6 else ""
    high = rng.uniform(0.038, 0.07) * height
    numbered = not bars and rng.random() < 0.6
    chart = _Chart(noun, names, hues, paints, shares, ink, face, high, numbered)
    top = 0.06 * height
    if title:
        large = 1.15 * chart.high
        large *= min(1.0, 0.92 * width / text_width(title, large, face))
        write_words(image, title, width / 2, 0.03 * height, large, ink, face, "m")
        top = 0.16 * height
    (_bars if bars else _slices)(rng, image, draw, top, chart)
    kind, part = ("bar chart", "bar") if bars else ("pie chart", "slice")
    print_high = chart.high / height
    facts = _chart_facts(rng, chart, kind, part, print_high)
    if title:
        titled = fact("chart title", f'The title is "{title}".', title, "text")
        facts += if_readable(print_high, [titled] * 2)
    name = f"a {kind}"
    parts = f"{listing(hues)} {part}s"
    lower = (name_.lower() for name_ in names)
    scene = scene_of(
        kind, name, f"{name} with {parts}", facts, shown=("chart", kind, "text"),
        unsure=("title", "number", "word", "line", "sign", "circle", "square", part, *lower),
        letters=letters_on(image),
    )  # fmt: skip
    return image.reduce(FINE), scene


def _colours(rng: Random, count: int, paper: RGB) -> tuple[list[str], list[RGB]]:
    """Choose colours that differ from each other and from the paper."""
    while True:
        hues = rng.sample([hue for hue in COLOURS if hue != "white"], count)
        paints = [shade(rng, hue) for hue in hues]
        if all(far_apart(a, b) for i, a in enumerate(paints) for b in (*paints[:i], paper)):
            return hues, paints


def _bars(
    rng: Random, image: Image.Image, draw: ImageDraw.ImageDraw, top: float, chart: _Chart
) -> None:
    width, height = image.size
    left, right, floor = rng.uniform(0.04, 0.16) * width, 0.97 * width, 0.86 * height
    framed = rng.random() < 0.4
    slot = (right - left) / len(chart.names)
    high = min(chart.high, *(0.94 * slot / text_width(name, 1, chart.face) for name in chart.names))
    half, peak = rng.uniform(0.5, 0.85) * slot / 2, max(chart.shares)
    for i, (name, paint, share) in enumerate(zip(chart.names, chart.paints, chart.shares, strict=True)):
        x = left + (i + 0.5) * slot
        draw.rectangle((x - half, floor - (floor - top) * share / peak, x + half, floor), paint)
        write_words(image, name, x, floor + 0.03 * height, high, chart.ink, chart.face, "m")
    if left > 0.08 * width:
        _axis_numbers(rng, image, draw, left, top, floor, chart)
    draw.line((left, floor, right, floor), chart.ink, 4)
    if framed:
        draw.rectangle((left, top - 0.02 * height, right, floor), None, chart.ink, 3)
    elif rng.random() < 0.7:
        draw.line((left, floor, left, top), chart.ink, 4)


def _axis_numbers(
    rng: Random, image: Image.Image, draw: ImageDraw.ImageDraw, left: float, top: float, floor: float, chart: _Chart
) -> None:  # fmt: skip
    """Print numbers with ticks left of the bars."""
    step, rows, high = rng.choice((1, 5, 10, 20, 100)), rng.randint(2, 5), 0.7 * chart.high
    for row in range(rows):
        y = floor - (floor - top) * row / (rows - 0.7)
        draw.line((left - 0.015 * image.width, y, left, y), chart.ink, 3)
        write_words(
            image,
            str(step * row),
            left - 0.025 * image.width,
            y - high / 2,
            high,
            chart.ink,
            chart.face,
            "r",
        )


def _slices(
    rng: Random, image: Image.Image, draw: ImageDraw.ImageDraw, top: float, chart: _Chart
) -> None:
    width, height = image.size
    radius = min(0.29 * width, (height - top) * 0.38)
    x, y = width / 2, top + (height - top) * 0.5
    circle, start = (x - radius, y - radius, x + radius, y + radius), rng.uniform(0, 360)
    for i, (name, paint, share) in enumerate(zip(chart.names, chart.paints, chart.shares, strict=True)):
        draw.pieslice(circle, start, start + 360 * share, paint)
        middle = (start + 180 * share) * pi / 180
        a, b = cos(middle), sin(middle)
        anchor = "l" if a > 0.3 else "r" if a < -0.3 else "m"
        edge = x + 1.1 * radius * a
        room = {"l": width - edge, "r": edge, "m": width}[anchor]
        high = min(chart.high, 0.95 * room / text_width(name, 1, chart.face))
        level = y + 1.18 * radius * b - high / 2
        write_words(image, name, edge, level, high, chart.ink, chart.face, anchor)
        if chart.numbered:
            ink = (20, 20, 20) if brightness(paint) > 110 else (245, 245, 245)
            at, top_of = x + 0.6 * radius * a, y + 0.6 * radius * b - chart.high / 2
            write_percent(image, chart.percent(i), at, top_of, chart.high, ink, chart.face)
        start += 360 * share


def _chart_facts(rng: Random, chart: _Chart, kind: str, part: str, print_high: float) -> list[Fact]:
    count, names, noun = len(chart.names), chart.names, chart.noun
    order = sorted(range(count), key=lambda i: chart.shares[i])
    most, least = order[-1], order[0]
    one, two = rng.sample(range(count), 2)
    yes = chart.shares[one] > chart.shares[two]
    more, fewer = (names[one], names[two]) if yes else (names[two], names[one])
    i = rng.randrange(count)
    name, hue = names[i], chart.hues[i]
    compared = claim("label more", yes, f"{more} has more than {fewer}", one=names[one], two=names[two])
    coloured = fact(
        "label colour", f"The {part} of {name} is {hue}.", hue, "word", name=name, part=part
    )
    numbers = [
        fact(
            "percent",
            f"{name} has {chart.percent(i)} percent.",
            str(chart.percent(i)),
            "number",
            name=name,
        )
        for i, name in enumerate(names)
        if chart.numbered
    ]
    facts = list[Fact]()
    words = ("tallest", "shortest") if part == "bar" else ("largest", "smallest")
    for which, end, word in zip((most, least), ("most", "least"), words, strict=True):
        named = fact(f"label {end}", f"{names[which]} has the {end}.", names[which], "word", noun=noun)
        seen = f"The {chart.hues[which]} {part} is the {word}, but I cannot read its name."
        facts += if_readable(print_high, [named] * 3, seen)
    printed = [
        *numbers * 2,
        *[compared] * 2,
        *[coloured] * 2,
        fact("colour label", f"The {hue} {part} is {name}.", name, "word", colour=hue, part=part),
        fact(
            "labels", f"The {part}s are {listing(names)}.", ", ".join(names), "list", parts=f"{part}s"
        ),
    ]
    return [
        *facts,
        *if_readable(print_high, printed),
        counted(count, part),
        fact("kind", f"It is a {kind}.", kind, "word", base="chart"),
    ]


# Price tags and words


def product_label(rng: Random) -> Picture:
    """Draw a label of a shelf with a product and its price."""
    size, (_, table) = any_size(rng), any_paint(rng)
    image, draw = fine_canvas(size, table)
    width, height = image.size
    hue, paint = any_paint(rng, table, names=TAG_COLOURS)
    ink = grey(rng, 0, 50) if sum(paint) > 330 else grey(rng, 235, 255)
    left, right = 0.04 * width, 0.96 * width
    top, bottom = rng.uniform(0.04, 0.2) * height, rng.uniform(0.8, 0.96) * height
    corner = rng.choice((0, 20, 40))
    draw.rounded_rectangle((left, top, right, bottom), corner, paint, scaled(paint, 0.5), 5)
    face, product = rng.choice(list(faces())), rng.choice(PRODUCTS)
    dollars = rng.randint(0, 29)
    price = f"${dollars}.{rng.choice((99, 49, 50, 95, rng.randint(10, 98)))}"
    small, large = rng.uniform(0.08, 0.2) * height, rng.uniform(0.2, 0.32) * height
    small = min(small, 0.86 * width / text_width(product, 1, face))
    large = min(large, 0.7 * width / text_width(price, 1, face))
    product_y, price_y = top + 0.06 * height, bottom - 0.06 * height - large
    if rng.random() >= 0.75:
        product_y, price_y = bottom - 0.05 * height - small, top + 0.06 * height
    anchor = rng.choice("lmr")
    if anchor == "r" and text_width(price, large, face) < 0.6 * width and rng.random() < 0.7:
        _barcode(rng, draw, left + 0.05 * width, price_y, 0.2 * width, large)
    ends = {"l": left + 0.05 * width, "m": (left + right) / 2, "r": right - 0.05 * width}
    start = "m" if anchor == "m" else "l"
    write_words(image, product, ends[start], product_y, small, ink, face, start)
    own = ink if rng.random() < 0.6 else any_paint(rng, paint)[1]
    write_words(image, price, ends[anchor], price_y, large, own, face, anchor)
    named = product.lower()
    print_high = small / height
    facts = [
        *[fact("cost", f"It costs {price}.", price, "price")] * 4,
        *if_readable(print_high, [fact("product", f"It is {named}.", named, "phrase")] * 3),
        fact("tag colour", f"The label is {hue}.", hue, "word", tag="label"),
    ]
    details = f"price tag of {price}"
    if print_high >= READABLE:
        details += f" for {named}"
    scene = scene_of(
        "price tag", f"a {details}", f"{article(hue)} {details}", facts, shown=("price tag", "price", "text"),
        unsure=("sign", "label", "number", "word", "square", *named.split(), "receipt"), hues=(("label", hue),),
        letters=letters_on(image),
    )  # fmt: skip
    return image.reduce(FINE), scene


def _barcode(
    rng: Random, draw: ImageDraw.ImageDraw, x: float, y: float, wide: float, high: float
) -> None:
    end, unit = x + wide, wide / 60
    while x < end:
        bar = rng.choice((1, 2, 3)) * unit
        draw.rectangle((x, y, x + bar, y + high), (20, 20, 20))
        x += bar + rng.choice((1.5, 2.5)) * unit


def small_letters(rng: Random) -> Picture:
    """Draw a word in small letters, in any face, sometimes slanted and turned."""
    background = any_background(rng)
    canvas = ground(rng, background)
    colour = rng.choice(visible(background, True))
    text = rng.choice([word for word in words() if len(word) <= 6])
    text = text.lower() if rng.random() < 0.75 else text.capitalize()
    line = strip(text, rng.choice(list(faces())))
    ink, places = line.mask, number_boxes(line.mask.size, line.boxes)
    if rng.random() < 0.6:
        ink, places = slanted(line, rng.uniform(0.05, 0.35), rng.uniform(-15, 30))
    across = canvas.width * rng.uniform(0.6, 0.92) / ink.width
    scale = min(across, canvas.height * rng.uniform(0.35, 0.7) / ink.height)
    size = max(1, round(ink.width * scale)), max(1, round(ink.height * scale))
    left = round((canvas.width - size[0]) * rng.uniform(0.2, 0.8))
    top = round((canvas.height - size[1]) * rng.uniform(0.2, 0.8))
    paint = shade(rng, colour, canvas.paint, letters=True)
    canvas.image.paste(paint, (left, top), ink.resize(size, Image.Resampling.BILINEAR))
    numbers = Image.new("L", canvas.image.size)
    numbers.paste(places.resize(size, Image.Resampling.NEAREST), (left, top))
    facts = [
        *[fact("read", f'It says "{text}".', text, "text")] * 6,
        *[fact("word", f'The word is "{text}".', text, "text")] * 2,
        fact("text colour", f"The text is {colour}.", colour, "word"),
        background_fact(background),
    ]
    name = f'the word "{text}"'
    scene = scene_of(
        "word", name, f"{name} in {colour} on {article(background)} background", facts, shown=("text", "word"),
        unsure=("sign", "letter", "name", text.lower(), "number"), hues=(("text", colour),),
        letters=numbered_letters(numbers, text),
    )  # fmt: skip
    return canvas.image, scene
