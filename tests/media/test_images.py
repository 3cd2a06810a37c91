"""Pictures for phones."""

import base64
import io
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from core.errors import Invalid
from media.facts import Renditions, Role
from media.images import make
from media.limits import Limits
from tests.media.files import SUBTITLES, encoded, picture

RED, BLUE = (220, 30, 30), (30, 30, 220)


def made_of(folder: Path, data: bytes, **options: object) -> Renditions:
    path = folder / "given"
    path.write_bytes(data)
    return make(path, folder / "out", **options)  # type: ignore[arg-type]


def opened(made: Renditions, index: int = -1) -> Image.Image:
    image = Image.open(made.files[index].path)
    image.load()
    return image


def near(found: object, wanted: tuple[int, ...], by: int = 12) -> bool:
    assert isinstance(found, tuple)
    return all(abs(one - other) <= by for one, other in zip(found, wanted, strict=True))


@pytest.mark.parametrize(
    ("size", "widths"),
    [
        ((2400, 1600), [375, 750, 1125, 1500]),
        ((1500, 1000), [375, 750, 1125, 1500]),
        ((900, 600), [375, 750, 900]),
        ((760, 500), [375, 760]),
        ((375, 300), [375]),
        ((20, 10), [20]),
        ((1, 1), [1]),
    ],
)
def test_a_picture_is_made_in_the_widths_it_has(
    tmp_path: Path, size: tuple[int, int], widths: list[int]
) -> None:
    made = made_of(tmp_path, picture(size=size))
    assert [file.width for file in made.files] == widths
    assert [file.name for file in made.files] == [f"picture-{width}.webp" for width in widths]
    assert (made.width, made.height) == opened(made).size
    for index, file in enumerate(made.files):
        assert opened(made, index).format == "WEBP"
        assert (file.width, file.height) == opened(made, index).size
        assert (file.role, file.mime) == (Role.PICTURE, "image/webp")
        assert file.size == file.path.stat().st_size
        assert file.height == pytest.approx(size[1] * (file.width or 0) / size[0], abs=1)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(
        file.name for file in made.files
    )


def test_a_poster_to_scroll_through_is_kept_within_what_webp_can_hold(tmp_path: Path) -> None:
    data = encoded(Image.new("RGB", (200, 20_000), RED), "PNG")
    made = made_of(tmp_path, data, widths=(100, 200))
    assert [(file.width, file.height) for file in made.files] == [(100, 10_000), (163, 16_300)]


def test_orientation_is_applied_and_everything_but_pixels_is_gone(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "maker of a camera"
    exif.get_ifd(0x8825)[1] = "N"
    data = picture(size=(400, 200), exif=exif, comment=b"a comment", quality=95)
    assert b"maker of a camera" in data
    made = made_of(tmp_path, data)
    image = opened(made)
    assert image.size == (200, 400)
    assert near(image.getpixel((100, 20)), RED)
    assert near(image.getpixel((100, 380)), BLUE)
    assert not image.getexif()
    assert not {"exif", "icc_profile", "xmp", "comment"} & set(image.info)
    assert all(b"maker of a camera" not in file.path.read_bytes() for file in made.files)


def test_colours_of_a_profile_become_srgb(tmp_path: Path) -> None:
    data = encoded(Image.new("RGB", (50, 50), (255, 0, 0)), "PNG", icc_profile=swapped_profile())
    made = made_of(tmp_path, data)
    assert near(opened(made).getpixel((25, 25)), (0, 0, 255), by=40)


def swapped_profile() -> bytes:
    """SRGB with the primaries of red and blue changed for each other."""
    data = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return data.replace(b"rXYZ", b"?XYZ").replace(b"bXYZ", b"rXYZ").replace(b"?XYZ", b"bXYZ")


@pytest.mark.parametrize("profile", [b"", b"no profile", b"\0" * 200])
def test_a_broken_profile_is_left_out(tmp_path: Path, profile: bytes) -> None:
    made = made_of(tmp_path, picture("PNG", icc_profile=profile))
    assert near(opened(made).getpixel((5, 24)), RED)


@pytest.mark.parametrize(
    ("mode", "color", "shown"),
    [
        ("L", 100, (100, 100, 100)),
        ("1", 1, (255, 255, 255)),
        ("I;16", 0x8000, (128, 128, 128)),
        ("P", 0, (0, 0, 0)),
        ("LA", (100, 255), (100, 100, 100)),
        ("RGBA", (*RED, 255), RED),
    ],
)
def test_every_kind_of_pixel_is_shown(
    tmp_path: Path, mode: str, color: object, shown: tuple[int, int, int]
) -> None:
    image = Image.new(mode, (40, 40), color)  # type: ignore[arg-type]
    found = opened(made_of(tmp_path, encoded(image, "PNG"))).convert("RGB")
    assert near(found.getpixel((20, 20)), shown)


def test_colours_for_print_are_shown(tmp_path: Path) -> None:
    data = encoded(Image.new("CMYK", (40, 40), (0, 255, 255, 0)), "JPEG")
    assert near(opened(made_of(tmp_path, data)).getpixel((20, 20)), (255, 0, 0), by=40)


def test_what_is_transparent_stays_so(tmp_path: Path) -> None:
    image = Image.new("RGBA", (40, 40), (*RED, 255))
    image.paste((0, 0, 0, 0), (20, 0, 40, 40))
    found = opened(made_of(tmp_path, encoded(image, "PNG"))).convert("RGBA")
    assert near(found.getpixel((10, 20)), (*RED, 255))
    assert found.getpixel((35, 20))[3] == 0  # type: ignore[index]


def test_of_what_moves_the_first_picture_is_shown(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (40, 40), color) for color in (RED, BLUE)]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    made = made_of(tmp_path, data)
    assert not getattr(opened(made), "is_animated", False)
    assert near(opened(made).getpixel((20, 20)), RED)


def test_the_placeholder_is_a_tiny_picture_of_the_same_shape(tmp_path: Path) -> None:
    placeholder = made_of(tmp_path, picture(size=(800, 400))).placeholder
    assert placeholder is not None
    head, data = placeholder.split(",")
    image = Image.open(io.BytesIO(base64.b64decode(data)))
    assert (head, image.format, image.size) == ("data:image/webp;base64", "WEBP", (24, 12))
    assert len(placeholder) < 600


def test_the_same_picture_gives_the_same_bytes(tmp_path: Path) -> None:
    path = tmp_path / "given"
    path.write_bytes(picture(size=(800, 600)))
    first, second = (make(path, tmp_path / name) for name in "ab")
    assert [file.name for file in first.files] == [file.name for file in second.files]
    for one, other in zip(first.files, second.files, strict=True):
        assert one.path.read_bytes() == other.path.read_bytes()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (SUBTITLES.encode(), "media_type"),
        (b"", "media_type"),
        (picture(size=(400, 300))[:-500], "media_broken"),
        (picture(size=(101, 100)), "media_pixels"),
    ],
)
def test_what_is_refused_leaves_nothing(tmp_path: Path, data: bytes, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        made_of(tmp_path, data, limits=Limits(image_pixels=10_000 + 110_000 * (len(data) > 2000)))
    assert caught.value.code == code
    assert list(tmp_path.glob("out/*")) == []
    assert list(tmp_path.glob("out/.*")) == []


def test_a_picture_of_sixty_megapixels_has_enough_memory(tmp_path: Path) -> None:
    image = Image.new("P", (10_000, 6_000))
    made = made_of(tmp_path, encoded(image, "PNG", compress_level=1, transparency=1))
    assert opened(made).mode == "RGB"
    assert made.width == 1500
