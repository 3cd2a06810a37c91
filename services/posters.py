"""The poster of a scene: a picture to share, with its code."""

from media import posters
from media.posters import Poster
from models.scenes import Place
from services import media_policy, scenes
from services.actors import Actor

BRAND = "招商工具箱"
HINT = "微信扫码，查看详情"
CODE_WIDTH = 1_280
LABELS = {
    Place.PROJECTS: "招商项目",
    Place.ROUTES: "实地考察路线",
    Place.FILMS: "宣传片",
    Place.CHAPTERS: "投资手册",
    Place.DEPARTURES: "考察班次",
}


def draw(actor: Actor, scene_id: str) -> bytes:
    """Return a scene's poster as JPEG.

    Raises `NotFound`, what `scenes.code` does, `RenditionFailed`.
    """
    scene = scenes.get(actor, scene_id)
    code = scenes.code(actor, scene_id, CODE_WIDTH)
    with media_policy.workspace() as folder:
        drawn, output = folder / "code", folder / "poster.jpg"
        drawn.write_bytes(code)
        posters.make(Poster(BRAND, LABELS[scene.place], scene.title, HINT), drawn, output)
        return output.read_bytes()
