"""Draw receipts, and windows of text and pages, whose text is too small to be read."""

from __future__ import annotations

from random import Random

from PIL import Image, ImageDraw

from flashsloth_synthetic.background import any_size
from flashsloth_synthetic.catalogue import RGB
from flashsloth_synthetic.everyday.drawing import (
    Picture,
    any_paint,
    any_words,
    background_fact,
    claim,
    counted,
    disc,
    fact,
    grey,
    has,
    if_readable,
    scene_of,
    text_width,
    unread,
    write_words,
)
from flashsloth_synthetic.grammar import article, listing, number
from flashsloth_synthetic.scene import Letter
from flashsloth_synthetic.sprites import faces
from flashsloth_synthetic.text_rendering import number_boxes, numbered_letters, words

WIDE = 360  # of a receipt before it is scaled
INKS: tuple[RGB, ...] = (
    (220, 220, 220), (120, 210, 120), (235, 110, 100), (230, 200, 90), (110, 180, 240), (180, 180, 180),
)  # fmt: skip
SCREENS: tuple[tuple[str, RGB], ...] = (
    ("black", (24, 26, 32)),
    ("black", (8, 10, 14)),
    ("blue", (10, 30, 90)),
)
ITEMS = (
    "Bread", "Milk", "Apples", "Coffee", "Soap", "Eggs", "Cheese", "Butter", "Tea", "Sugar", "Rice", "Pasta", "Juice",
    "Water", "Beer", "Wine", "Salt", "Honey", "Yogurt", "Ham", "Fish", "Soup", "Cake", "Lemons", "Bananas", "Onions",
    "Carrots", "Potatoes", "Tomatoes", "Cookies", "Chips", "Flour", "Paper", "Shampoo", "Candles", "Pizza", "Salad",
)  # fmt: skip
LEGIBLE = 4  # rows that are large enough to be read
SHOP_NAMES = (
    "Corner", "City", "Green", "Golden", "Blue", "Village", "Sunny", "Family", "Best", "Fresh", "Happy", "Grand", "Old",
    "Park", "River", "Royal", "Super", "Union", "Central", "Quick", "Garden", "Station", "Harbor", "Star", "Mega",
)  # fmt: skip
SHOPS = (
    "Shop", "Store", "Market", "Bakery", "Cafe", "Deli", "Foods", "Grocery", "Pharmacy", "Books", "Bar", "Pizza",
    "Toys", "Mart",
)  # fmt: skip
NEVER_SHOP = "Corner Shop"  # as examples/strangers
BUTTONS: tuple[RGB, ...] = ((255, 95, 86), (255, 189, 46), (39, 201, 63))
MONOSPACED = ("LiberationMono-Bold", "LiberationMono-Bold", "Roboto-Regular")


def receipt(rng: Random) -> Picture:
    """Draw a receipt on a table: a shop, rows with prices, and the total. A few large rows can be read,
    many small ones cannot."""
    size, table = any_size(rng), any_paint(rng, (255, 255, 255))[1]
    high = rng.randint(400, 560)
    page = Image.new("RGB", (WIDE, high), grey(rng, 244, 255))
    draw, face, ink = ImageDraw.Draw(page), rng.choice(list(faces())), grey(rng, 0, 60)
    left, middle, right = 30, WIDE / 2, WIDE - 30
    shop = _shop(rng)
    shop_high = min(rng.uniform(24, 36), (WIDE - 40) / text_width(shop, 1, face))
    write_words(page, shop, middle, 24, shop_high, ink, face, "m")
    write_words(page, any_words(rng, 2), middle, 68, 15, ink, face, "m")
    items, total, y = rng.randint(2, 6), 0, 104.0
    small = rng.uniform(22, 27) if items <= LEGIBLE else rng.uniform(16, 21)
    names, prices = rng.sample(ITEMS, items), list[str]()
    for name in names:
        cents = rng.choice((5 * rng.randint(10, 200), rng.randint(50, 999)))
        total += cents
        prices.append(f"{cents / 100:.2f}")
        write_words(page, name, left, y, small, ink, face, "l")
        write_words(page, prices[-1], right, y, small, ink, face, "r")
        y += 1.8 * small
    draw.line((left, y + 4, right, y + 4), ink, 3)
    large, price = rng.randint(24, 40), f"{total / 100:.2f}"
    wide = write_words(page, price, right, y + 20, large, ink, face, "r")
    word_high = min(
        rng.uniform(0.5, 1.0) * large, (right - left - 20 - wide) / text_width("TOTAL", 1, face)
    )
    write_words(page, "TOTAL", left, y + 20, word_high, ink, face, "l")
    if y + 120 < high:
        write_words(page, "Thank you", middle, high - 44, 17, ink, face, "m")
    full = f"The total is {price}."
    asked = (
        rng.choice(names) if rng.random() < 0.5 else rng.choice([n for n in ITEMS if n not in names])
    )
    bought = asked in names
    is_or_are = "are" if asked.endswith("s") else "is"
    true = f"there {is_or_are} {'' if bought else 'no '}{asked.lower()} on the receipt"
    printed = [
        *[fact("receipt total", full, price, "price")] * 5,
        fact("cost", full, price, "price"),
        *[fact("shop name", f"The shop is {shop}.", shop, "text")] * 3,
        *[claim("on receipt", bought, true, item=asked.lower())] * 3,
    ]
    facts = [*[counted(items, "item")] * 5, *unread("small receipt")]
    if items <= LEGIBLE:
        one = rng.randrange(items)
        named = names[one].lower()
        lower = [name.lower() for name in names]
        printed += [
            fact(
                "item price",
                f"The price of {named} is {prices[one]}.",
                prices[one],
                "price",
                item=named,
            ),
            fact("bought", f"They bought {listing(lower)}.", ", ".join(lower), "list"),
        ]
    else:
        facts += unread("bought")
    facts += if_readable(large / high, printed)
    image, letters = _laid(rng, page, size, table)
    scene = scene_of(
        "receipt", "a receipt", f"a receipt with {number(items)} items", facts,
        shown=("receipt", "text", "price"),
        unsure=("number", "paper", "table", "sign", "price tag", "line", "chart", *(name.lower() for name in names)),
        letters=letters,
    )  # fmt: skip
    return image, scene


def _shop(rng: Random) -> str:
    while (name := f"{rng.choice(SHOP_NAMES)} {rng.choice(SHOPS)}") == NEVER_SHOP:
        pass
    return name.upper() if rng.random() < 0.6 else name


def _laid(
    rng: Random, page: Image.Image, size: tuple[int, int], table: RGB
) -> tuple[Image.Image, tuple[Letter, ...]]:
    """Lay a page on a table, slightly askew; return also the characters on it."""
    smooth = Image.Resampling.BILINEAR
    numbers = number_boxes(page.size, [box for _, box in page.info["letters"]])
    degrees = rng.uniform(-8, 8)
    turned = page.convert("RGBA").rotate(degrees, smooth, expand=True)
    image = Image.new("RGB", size, table)
    scale = min(size[0] / turned.width, size[1] / turned.height) * rng.uniform(0.88, 1.0)
    turned = turned.resize((round(turned.width * scale), round(turned.height * scale)), smooth)
    corner = (size[0] - turned.width) // 2, (size[1] - turned.height) // 2
    image.paste(turned, corner, turned)
    numbers = numbers.rotate(degrees, expand=True).resize(turned.size, Image.Resampling.NEAREST)
    laid = Image.new("L", size)
    laid.paste(numbers, corner)
    return image, numbered_letters(laid, "".join(char for char, _ in page.info["letters"]))


def terminal(rng: Random) -> Picture:
    """Draw a window with lines of a shell or of a program, mostly dark."""
    size = any_size(rng)
    width, height = size
    light = rng.random() < 0.2
    back, paper = ("white", grey(rng, 240, 255)) if light else rng.choice(SCREENS)
    image = Image.new("RGB", size, paper)
    draw, y = ImageDraw.Draw(image), 6.0
    if rng.random() < 0.6:
        deep = max(12, height // 12)
        bar = grey(rng, 200, 225) if light else grey(rng, 60, 90)
        draw.rectangle((0, 0, width, deep), bar)
        for i, paint in enumerate(BUTTONS):
            disc(draw, 8 + 11 * i, deep / 2, 3.5, paint)
        y += deep
    high, program = rng.uniform(0.032, 0.05) * height, rng.random() < 0.4
    face, step, own = rng.choice(MONOSPACED), rng.uniform(1.9, 2.5), rng.choice(INKS)
    while y < height - 1.5 * high:
        x = 6.0 + (rng.choice((0, 0, 1, 2)) * 14 if program else 0)
        ink = grey(rng, 0, 70) if light else rng.choice(INKS) if rng.random() < 0.5 else own
        for _ in range(rng.randint(1, 5)):
            if x < width * 0.8:
                x += write_words(image, rng.choice(words()).lower(), x, y, high, ink, face, "l") + high
        y += step * high
        if rng.random() < 0.15:
            y += step * high
    shade = rng.choice(("dark", "light"))
    facts = [
        *unread("screen text", "screen text", "read"),
        background_fact(back),
        claim("ground light", light == (shade != "dark"), f"the background is {back}", shade=shade),
    ]
    scene = scene_of(
        "terminal", "a window with text", f"a window with small text on {article(back)} background", facts,
        shown=("text", "screen", "window"), hues=(("screen", back),), letters=None,
        unsure=("terminal", "code", "computer", "line", "word", "number", "circle", "sign", "page"),
    )  # fmt: skip
    return image, scene


def page(rng: Random) -> Picture:
    """Draw a page of small print, with a heading or a picture."""
    size, paper = any_size(rng), grey(rng, 240, 255)
    width, height = size
    image = Image.new("RGB", size, paper)
    draw, face, ink = ImageDraw.Draw(image), rng.choice(list(faces())), grey(rng, 0, 70)
    margin, high = rng.uniform(0.05, 0.12) * width, rng.uniform(0.02, 0.032) * height
    heading, picture, y = rng.random() < 0.6, rng.random() < 0.35, margin
    if heading:
        write_words(image, any_words(rng, 2).title(), width / 2, y, 2 * high, ink, face, "m")
        y += 4.5 * high
    if picture:
        draw.rectangle((margin, y, width - margin, y + 0.22 * height), any_paint(rng, paper)[1])
        y += 0.22 * height + 2 * high
    while y < height - margin:
        x, end = margin, width - margin if rng.random() < 0.8 else rng.uniform(0.4, 0.9) * width
        while x < end - 0.1 * width:
            x += write_words(image, rng.choice(words()), x, y, high, ink, face, "l") + 0.6 * high
        y += rng.choice((1.9, 1.9, 1.9, 3.2)) * high
    facts = [
        *unread("read", "read"),
        background_fact("white"),
        has("page", "a picture", picture),
    ]
    details = "a page of small text" + " with a heading" * heading + " and a picture" * picture
    scene = scene_of(
        "page", "a page of text", details, facts, shown=("text", "page"), letters=None,
        unsure=("letter", "word", "number", "picture", "book", "line", "square", "sign", "receipt"),
    )  # fmt: skip
    return image, scene
