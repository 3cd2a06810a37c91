"""What a scanned code stands for."""

from typing import Any

from flask import Response
from flask_restx import Namespace, Resource

from api.contract import contract
from rest import serving
from rest.access import anyone
from schemas.queries import LanguageQuerySchema
from schemas.scenes import SceneTargetSchema
from services import scenes

namespace = Namespace("scenes", description="小程序码 codes to scan")


@namespace.route("/<scene>")
class Scene(Resource):
    """A scene."""

    @anyone
    @serving.unkept
    @contract.asks(LanguageQuerySchema)
    @contract.gives(SceneTargetSchema)
    def get(self, scene: str, query: dict[str, Any]) -> scenes.Target | Response:
        """Read where it leads; call it once when the mini-program is opened by a code or link.

        Each call counts as a scan.
        """
        del query  # for the language of failures
        return scenes.resolve(scene)
