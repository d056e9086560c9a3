"""Holds what a page looks like against an approved picture, loosely: layout, not letters.

Pictures are compared by the mean colour of blocks of 16 pixels. Other versions of a font or of the
browser move letters within a block; a column that is gone, a chart that is empty or a card without
its frame moves blocks. Approved pictures are half as large and of few colours, so that they are
small and can still be looked at.
"""

import base64
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "approved"
FIXED_LOOK = (
    '*{font-family:"DejaVu Sans",sans-serif!important;animation:none!important;'
    "transition:none!important;caret-color:transparent!important}"
)
"""One font for every machine: the one that the continuous integration installs."""

MOST_MEAN, MOST_BLOCKS = 4.0, 0.05
"""Mean difference of blocks (0 to 255), and the share of them that may be far off.

Letters drawn otherwise give up to 2 and 0.002; empty charts, the least of what tests break, 8 and
0.11.
"""

_SCALE, _BLOCK, _FAR, _COLOURS = 2, 8, 40, 250

_REDRAW = """() => window.callmart.figures.filter((f) =>
  document.getElementById(f.id).getBoundingClientRect().top < innerHeight)
  .forEach(window.callmart.redraw)"""
_DECODE = """async (text) => { const i = new Image(); i.src = "data:image/png;base64," + text;
  await i.decode(); const c = new OffscreenCanvas(i.width, i.height).getContext("2d");
  c.drawImage(i, 0, 0); return c.getImageData(0, 0, i.width, i.height); }"""
_MEANS = """(image, size) => { const wide = Math.floor(image.width / size),
  high = Math.floor(image.height / size), sums = new Float64Array(wide * high * 3);
  for (let y = 0; y < high * size; y++) for (let x = 0; x < wide * size; x++) {
    const from = 4 * (y * image.width + x),
      to = 3 * (Math.floor(y / size) * wide + Math.floor(x / size));
    for (let k = 0; k < 3; k++) sums[to + k] += image.data[from + k];
  }
  return { wide, high, means: sums.map((v) => v / size / size) }; }"""
_COMPARE = f"""async ([approved, now, block, scale, far]) => {{
  const decode = {_DECODE}, means = {_MEANS};
  const a = means(await decode(approved), block), b = means(await decode(now), block * scale);
  if (a.wide !== b.wide || a.high !== b.high) return [255, 1];
  let sum = 0, off = 0;
  for (let i = 0; i < a.means.length; i += 3) {{
    const gaps = [0, 1, 2].map((k) => Math.abs(a.means[i + k] - b.means[i + k]));
    sum += gaps[0] + gaps[1] + gaps[2];
    off += Math.max(...gaps) > far;
  }}
  return [sum / a.means.length, off / (a.means.length / 3)]; }}"""
_HALVE = f"""async ([now, scale, most]) => {{
  const found = ({_MEANS})(await ({_DECODE})(now), scale), n = found.means.length / 3;
  const colour = (i) => [0, 1, 2].map((k) => found.means[3 * i + k]);
  const bin = (c) => c.map((v) => Math.round(v) >> 2).join();
  const bins = new Map();
  for (let i = 0; i < n; i++) {{
    const c = colour(i), b = bin(c), had = bins.get(b) || bins.set(b, [0, 0, 0, 0]).get(b);
    had[0]++; c.forEach((v, k) => {{ had[k + 1] += v; }});
  }}
  const palette = [...bins.values()].sort((a, b) => b[0] - a[0]).slice(0, most)
    .map(([n, ...sums]) => sums.map((v) => Math.round(v / n)));
  const far = (c, d) => c.reduce((sum, v, k) => sum + (v - d[k]) ** 2, 0);
  const nearest = (c) => palette.reduce(
    (best, d, i) => far(c, d) < far(c, palette[best]) ? i : best, 0);
  const known = new Map();
  let text = "";
  for (let i = 0; i < n; i++) {{
    const c = colour(i), b = bin(c);
    if (!known.has(b)) known.set(b, nearest(c));
    text += String.fromCharCode(known.get(b));
  }}
  return [found.wide, found.high, palette.flat(), btoa(text)]; }}"""


@dataclass(frozen=True)
class Difference:
    """How far a picture is from the approved one."""

    mean: float
    far: float
    """The share of blocks that are far off."""

    @property
    def is_small(self) -> bool:
        """Whether letters alone can be the cause."""
        return self.mean <= MOST_MEAN and self.far <= MOST_BLOCKS


def picture(page: Any) -> bytes:
    """What the window shows of a page, drawn with the fixed look."""
    page.add_style_tag(content=FIXED_LOOK)
    page.evaluate(_REDRAW)
    page.wait_for_timeout(100)
    return page.screenshot(animations="disabled")


def difference(page: Any, approved: bytes, now: bytes) -> Difference:
    """How far a picture is from an approved one; `page` only lends its script engine."""
    texts = [base64.b64encode(png).decode() for png in (approved, now)]
    return Difference(*page.evaluate(_COMPARE, [*texts, _BLOCK, _SCALE, _FAR]))


def approved_form(page: Any, now: bytes) -> bytes:
    """A picture as it is kept: half as wide, in its 250 most frequent colours."""
    text = base64.b64encode(now).decode()
    width, height, palette, places = page.evaluate(_HALVE, [text, _SCALE, _COLOURS])
    return _png(width, height, bytes(palette), base64.b64decode(places))


def _png(width: int, height: int, palette: bytes, places: bytes) -> bytes:
    """A PNG of 8-bit places in a palette."""
    rows = b"".join(b"\0" + places[y * width : (y + 1) * width] for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", head), (b"PLTE", palette), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
