"""A scene that follows from a prompt and moves with time: stills and clips are drawn from it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageDraw, ImageFont, ImageOps

from sandbox.grok import shapes
from sandbox.grok.palette import Colour, Palette, Theme, choose_palette, choose_theme, mix
from sandbox.grok.seeds import chance

Size = tuple[int, int]
PROFILES = {"hills": shapes.hills, "peaks": shapes.peaks, "sea": shapes.ripples, "city": shapes.skyline}
LAYERS = 5
CAPTION_CHARS = 160
WHITE: Colour = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class _Layer:
    """A band that slides past, and for ground the solid colour below it.

    mask: twice as wide as the picture and repeating; top: its place; speed: picture widths in the whole of the time.
    """

    mask: Image.Image
    top: int
    colour: Colour
    speed: float
    is_ground: bool = True

    @classmethod
    def of(cls, mask: Image.Image, colour: Colour, speed: float, *, is_ground: bool = True) -> _Layer:
        """Keep only the rows of a mask that are neither empty nor solid: pasting is what clips spend their time on."""
        top, bottom = _rows(mask)
        if is_ground:
            bottom = _rows(ImageOps.invert(mask))[1]
        return cls(mask.crop((0, top, mask.width, max(bottom, top + 1))), top, colour, speed, is_ground)

    def draw(self, picture: Image.Image, time: float) -> None:
        """Paint the band as it stands at that time."""
        left = round((self.speed * time % 1) * picture.width)
        picture.paste(self.colour, (0, self.top), self.mask.crop((left, 0, left + picture.width, self.mask.height)))
        if self.is_ground:
            picture.paste(self.colour, (0, self.top + self.mask.height, picture.width, picture.height))


def _rows(mask: Image.Image) -> tuple[int, int]:
    """Return the first row that holds something, and the one after the last."""
    box = mask.getbbox()
    return (box[1], box[3]) if box else (0, 0)


@dataclass(frozen=True, slots=True)
class _Planet:
    """A disc on its ring."""

    mask: Image.Image
    colour: Colour
    ring: Image.Image
    radius: int
    tilt: float
    start: float
    turns: float


class Scene:
    """Draws pictures of one size; what can be is drawn once.

    A scene belongs to the thread that made it.
    """

    def __init__(self, prompt: str, size: Size, *, variant: int = 0, caption: str = "demo picture") -> None:
        luck = chance("scene", prompt, variant)
        palette = choose_palette(prompt, luck)
        theme = choose_theme(prompt, luck, is_night=palette.is_night)
        self._size = size
        self._palette = palette
        self._sky = _gradient(size, *palette.sky)
        self._light = (luck.uniform(0.2, 0.8), luck.uniform(0.2, 0.42))
        short = min(size)
        self._sun = shapes.disc(max(6, round(short * luck.uniform(0.06, 0.11))))
        self._glow = shapes.glow(round(short * 0.5), 150)
        has_stars = palette.is_night or theme == "orbits"
        self._stars = [shapes.stars(size, luck, 90) for _ in range(2)] if has_stars else []
        clouds = None if has_stars else shapes.clouds(size, luck)
        self._clouds = None if clouds is None else _Layer.of(clouds, WHITE, 0.25, is_ground=False)
        self._layers = [] if theme == "orbits" else _ground(theme, size, palette, luck)
        self._planets = _planets(size, palette, luck) if theme == "orbits" else []
        self._caption = caption_image(f"{caption}: {prompt}", size)

    def draw(self, time: float) -> Image.Image:
        """Return the picture at a time between 0 and 1."""
        picture = self._sky.copy()
        self._draw_sky(picture, time)
        for planet in self._planets:
            self._draw_planet(picture, planet, time)
        for layer in self._layers:
            layer.draw(picture, time)
        stamp(picture, self._caption)
        return picture

    def _draw_sky(self, picture: Image.Image, time: float) -> None:
        for index, stars in enumerate(self._stars):
            bright = 0.6 + 0.4 * math.sin(math.tau * (2 * time + index / 2))
            picture.paste(mix(self._palette.sky[0], WHITE, bright), (0, 0), stars)
        x, y = self._light
        centre = (round((x + 0.12 * (time - 0.5)) * self._size[0]), round((y - 0.1 * time) * self._size[1]))
        if self._planets:
            centre = (self._size[0] // 2, self._size[1] // 2)
        _centred(picture, self._glow, self._palette.light, centre)
        _centred(picture, self._sun, self._palette.light, centre)
        if self._clouds is not None:
            self._clouds.draw(picture, time)

    def _draw_planet(self, picture: Image.Image, planet: _Planet, time: float) -> None:
        middle = (self._size[0] // 2, self._size[1] // 2)
        _centred(picture, planet.ring, mix(self._palette.light, self._palette.sky[0], 0.55), middle)
        angle = math.tau * (planet.start + planet.turns * time)
        x = middle[0] + planet.radius * math.cos(angle)
        y = middle[1] + planet.radius * planet.tilt * math.sin(angle)
        _centred(picture, planet.mask, planet.colour, (round(x), round(y)))


def _gradient(size: Size, top: Colour, low: Colour) -> Image.Image:
    return ImageOps.colorize(Image.linear_gradient("L").resize(size, Image.Resampling.BILINEAR), top, low)


def _ground(theme: Theme, size: Size, palette: Palette, luck: Random) -> list[_Layer]:
    """Return layers from far to near; the nearer, the darker, lower and faster."""
    layers = []
    for index in range(LAYERS):
        depth = index / (LAYERS - 1)
        # Roofs and peaks stand behind; the foreground stays soft.
        profile = PROFILES["hills" if theme == "city" and index == LAYERS - 1 else theme](luck)
        swing = 0.03 + 0.07 * depth if theme == "sea" else 0.13 - 0.05 * depth
        mask = shapes.strip(size, profile, 0.52 + 0.36 * depth, swing)
        layers.append(_Layer.of(mask, mix(*palette.land, depth), 0.06 + 0.5 * depth**1.5))
    return layers


def _planets(size: Size, palette: Palette, luck: Random) -> list[_Planet]:
    short, tilt = min(size), luck.uniform(0.35, 0.7)
    planets = []
    for index in range(4):
        radius = round(short * (0.17 + 0.095 * index))
        colour = mix(palette.sky[1], palette.light, luck.uniform(0.1, 0.9))
        mask = shapes.disc(max(4, round(short * luck.uniform(0.015, 0.045))))
        outline = shapes.ring(radius, tilt, max(1, short // 400))
        planets.append(_Planet(mask, colour, outline, radius, tilt, luck.random(), 1.2 / (index + 1)))
    return planets


def _centred(picture: Image.Image, mask: Image.Image, colour: Colour, centre: tuple[int, int]) -> None:
    picture.paste(colour, (centre[0] - mask.width // 2, centre[1] - mask.height // 2), mask)


def caption_image(text: str, size: Size) -> Image.Image:
    """Return a small label that fits a picture of this size; characters the built-in font lacks are left out."""
    height = max(11, min(size) // 40)
    font = ImageFont.load_default(height)
    words = "".join(letter for letter in " ".join(text.split()) if " " <= letter <= "ſ")
    words = _fitted(words[:CAPTION_CHARS], lambda line: font.getlength(line) <= size[0] * 0.9 - height)
    label = Image.new("RGBA", (round(font.getlength(words)) + height, round(height * 1.7)))
    draw = ImageDraw.Draw(label)
    draw.rounded_rectangle((0, 0, label.width - 1, label.height - 1), radius=height // 2, fill=(0, 0, 0, 110))
    draw.text((height // 2, label.height // 2), words, fill=(255, 255, 255, 235), font=font, anchor="lm")
    return label


def _fitted(words: str, fits: Callable[[str], bool]) -> str:
    """Return the words, or as much of them as fits, ending in an ellipsis."""
    if fits(words):
        return words
    counts = range(len(words), 0, -1)
    return next((cut for count in counts if fits(cut := words[:count].rstrip() + "…")), "")


def stamp(picture: Image.Image, label: Image.Image) -> None:
    """Put a label into the upper left corner, where players show no controls."""
    margin = max(4, min(picture.size) // 50)
    picture.paste(label, (margin, margin), label)
