"""The simulated endpoint of BigCommerce's REST API: a store's information."""

import json

from werkzeug import Request, Response

from local.bigcommerce.simulation import BigCommerce

PATH = "/stores/<store_hash>/v2/store"
SCOPES = {"store_v2_information", "store_v2_information_read_only"}


class StoreApi:
    """Answers a request with an access token of the store that has the scope."""

    def __init__(self, bigcommerce: BigCommerce) -> None:
        self._bigcommerce = bigcommerce

    def answer(self, request: Request, store_hash: str) -> Response:
        """Answer 200 with the store, or 404, 401 or 403."""
        store = self._bigcommerce.stores.get(store_hash)
        if store is None:
            return Response(status=404)
        token = request.headers.get("X-Auth-Token", "")
        for installation in self._bigcommerce.installations.values():
            if installation.store is store and installation.access_token == token:
                if SCOPES.isdisjoint(installation.scope.split()):
                    return Response(status=403)
                shown = {"id": store.hash, "domain": store.domain, "name": store.name}
                return Response(json.dumps(shown | {"status": "live"}), mimetype="application/json")
        return Response(status=401)
