"""The parts of a scene as greyscale masks: how much of a colour shows where."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

from PIL import Image, ImageDraw, ImageFilter

Profile = Callable[[float], float]  # 0..1 along the strip -> -1..1 up and down; the same at 0 and at 1
SCALE = 2  # masks are drawn this much larger and reduced, for smooth edges


def hills(luck: Random) -> Profile:
    """Return soft ground: three waves that meet their own beginning."""
    waves = [(luck.randint(1, 5), luck.random() * math.tau, luck.uniform(0.2, 0.5)) for _ in range(3)]
    return lambda x: sum(size * math.sin(math.tau * turns * x + start) for turns, start, size in waves)


def peaks(luck: Random) -> Profile:
    """Return sharp ground: folded waves."""
    waves = [(luck.randint(2, 4), luck.random(), 0.7), (luck.randint(5, 9), luck.random(), 0.3)]
    return lambda x: sum(size * (1 - 4 * abs((turns * x + start) % 1 - 0.5)) for turns, start, size in waves)


def ripples(luck: Random) -> Profile:
    """Return the top of water: many small waves."""
    turns, start = luck.randint(9, 16), luck.random() * math.tau
    return lambda x: 0.14 * math.sin(math.tau * turns * x + start) + 0.08 * math.sin(math.tau * (turns + 5) * x)


def skyline(luck: Random) -> Profile:
    """Return roofs: steps of uneven height."""
    heights = [luck.uniform(-0.7, 1) for _ in range(luck.randint(12, 20))]
    return lambda x: heights[min(int(x * len(heights)), len(heights) - 1)]


def strip(size: tuple[int, int], profile: Profile, base: float, swing: float) -> Image.Image:
    """Return a mask twice as wide as the picture that repeats, so that it can slide past.

    base: the height of the ground line, 0 at the top; swing: how far it goes up and down; both as parts of the height.
    """
    width, height = size[0] * SCALE, size[1] * SCALE
    line = [(x, height * (base - swing * profile(x / width))) for x in range(0, width + 1, 3)]
    mask = Image.new("L", (width, height))
    ImageDraw.Draw(mask).polygon([*line, (width, line[-1][1]), (width, height), (0, height)], fill=255)
    tile = mask.reduce(SCALE)
    double = Image.new("L", (size[0] * 2, size[1]))
    double.paste(tile, (0, 0))
    double.paste(tile, (size[0], 0))
    return double


def disc(radius: int) -> Image.Image:
    """Return a smooth disc."""
    side = 2 * radius * SCALE
    mask = Image.new("L", (side, side))
    ImageDraw.Draw(mask).ellipse((0, 0, side - 1, side - 1), fill=255)
    return mask.reduce(SCALE)


def glow(radius: int, strength: int) -> Image.Image:
    """Return light that fades outwards."""
    # The gradient reaches 181 at the middle of each side and goes on to the corners.
    fade = Image.radial_gradient("L").point([round(strength * max(0, 1 - value / 180) ** 2) for value in range(256)])
    return fade.resize((2 * radius, 2 * radius), Image.Resampling.BILINEAR)


def stars(size: tuple[int, int], luck: Random, count: int) -> Image.Image:
    """Return points of light, fewer towards the ground."""
    mask = Image.new("L", size)
    draw = ImageDraw.Draw(mask)
    for _ in range(count):
        x, y = luck.uniform(0, size[0]), size[1] * 0.75 * luck.random() ** 1.4
        radius = luck.choice((0.5, 0.5, 0.8, 1.3))
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=luck.randint(90, 255))
    return mask


def clouds(size: tuple[int, int], luck: Random) -> Image.Image:
    """Return drifting clouds on a mask twice as wide as the picture, repeating."""
    small = (max(8, size[0] // 4), max(8, size[1] // 4))
    tile = Image.new("L", small)
    draw = ImageDraw.Draw(tile)
    for _ in range(luck.randint(3, 5)):
        x, y = luck.uniform(0.1, 0.7) * small[0], luck.uniform(0.06, 0.4) * small[1]
        for _ in range(5):
            wide = luck.uniform(0.05, 0.13) * small[0]
            left = x + luck.uniform(0, 0.16) * small[0]
            draw.ellipse((left, y, left + wide, y + wide * 0.3), fill=luck.randint(60, 120))
    soft = tile.filter(ImageFilter.GaussianBlur(small[1] / 40 + 1)).resize(size, Image.Resampling.BICUBIC)
    double = Image.new("L", (size[0] * 2, size[1]))
    double.paste(soft, (0, 0))
    double.paste(soft, (size[0], 0))
    return double


def ring(radius: int, tilt: float, width: int) -> Image.Image:
    """Return an ellipse's outline, flattened by `tilt`."""
    wide, high = 2 * radius * SCALE, max(2, round(2 * radius * tilt)) * SCALE
    mask = Image.new("L", (wide, high))
    ImageDraw.Draw(mask).ellipse((0, 0, wide - 1, high - 1), outline=210, width=width * SCALE)
    return mask.reduce(SCALE)
