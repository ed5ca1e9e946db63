"""What an appliance answers to a request, without any network: sessions, versions, lists, tags.

Everything can be read; nothing can be changed but the login session. That is enough for a watch,
and whatever else it sent would be seen in `asked`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qsl, quote, urlencode

import msgspec

from drivers.simulator import bodies_appliances, bodies_oneview, bodies_streamer
from drivers.simulator.bodies import entity_tag, error_body, page
from drivers.simulator.model import Pair, Resource
from drivers.simulator.query import BadQuery, bounds, cut, select
from drivers.simulator.site import Site

Lists: TypeAlias = Mapping[str, tuple[str, str, Callable[[], list[Resource]]]]
"""By path: the list's category and type, and its members."""

_SESSIONS: Final = "/rest/login-sessions"
_SERVERS: Final = "/rest/deployment-servers"
_REMEMBERED: Final = 10_000


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asks; the names of headers in lower case."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """What it is answered."""

    status: int
    body: Any = None
    """What JSON is made of; None is no body at all."""
    headers: Mapping[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        """The body as it goes over the wire."""
        return b"" if self.body is None else msgspec.json.encode(self.body)


class Answers:
    """The two interfaces of a site: HPE OneView's, and that of each pair's cluster."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.asked: deque[tuple[str, str, str]] = deque(maxlen=_REMEMBERED)
        """Who was asked (`oneview` or a pair), the method and the path; the oldest go first."""

    def of_oneview(self, request: Request) -> Answer:
        """What HPE OneView answers."""
        self.asked.append(("oneview", request.method, request.path))
        if request.path == "/rest/version":
            return Answer(200, self._versions())
        wrong = self._wrong_version(request)
        if wrong is not None:
            return wrong
        if request.path == _SESSIONS:
            return self._session(request)
        return self._refused(request) or self._read(request, self._oneview_lists(), self._single())

    def of_pair(self, pair: Pair, request: Request) -> Answer:
        """What the Image Streamer at a pair's address answers."""
        self.asked.append((pair.name, request.method, request.path))
        if pair.busy:
            return unavailable(30)
        if request.path == "/rest/version":
            return Answer(200, self._versions())
        wrong = self._wrong_version(request)
        if wrong is not None:
            return wrong
        if not pair.accepts_token or not self._site.trusted:
            return _unauthorized()
        single = {"/rest/appliance/i3s/amvm": lambda: bodies_streamer.amvm(pair)}
        return self._refused(request) or self._read(request, self._pair_lists(pair), single)

    # --- sessions and versions ---

    def _versions(self) -> Resource:
        site = self._site
        return {"currentVersion": site.api_current, "minimumVersion": site.api_minimum}

    def _wrong_version(self, request: Request) -> Answer | None:
        """412, as HPE OneView answers to a version that it does not speak."""
        site, said = self._site, request.headers.get("x-api-version")
        if said is None:
            return None
        number = int(said[:9]) if said.isascii() and said.isdigit() else -1
        if site.api_minimum <= number <= site.api_current:
            return None
        spoken = f"{site.api_minimum} to {site.api_current}"
        details = f"X-API-Version was {said[:20]!r}; this appliance speaks {spoken}."
        body = error_body("UNSUPPORTED_API_VERSION", "The API version is not valid.", "", details)
        return Answer(412, body)

    def _session(self, request: Request) -> Answer:
        site, token = self._site, request.headers.get("auth", "")
        if request.method == "DELETE":
            if not site.sessions.accepts(token, site.now):
                return _unauthorized()
            site.sessions.log_out(token)
            return Answer(204)
        if request.method == "PUT":
            if not site.sessions.accepts(token, site.now):
                return _unauthorized()
            return Answer(200, {"sessionID": token, "partnerData": {}})
        if request.method != "POST":
            return _not_allowed("DELETE, POST, PUT")
        try:
            given = msgspec.json.decode(request.body)
        except msgspec.DecodeError:
            given = None
        if not isinstance(given, dict):
            return Answer(400, error_body("INVALID_JSON", "The request's body is no JSON object."))
        user, password = given.get("userName"), given.get("password")
        made = site.sessions.log_in(str(user), str(password), site.now)
        if made is None:
            message = "Invalid user name or password."
            return Answer(400, error_body("AUTHN_AUTH_FAIL", message, "Check the credentials."))
        return Answer(200, {"sessionID": made, "partnerData": {}})

    def _refused(self, request: Request) -> Answer | None:
        site = self._site
        if not site.sessions.accepts(request.headers.get("auth", ""), site.now):
            return _unauthorized()
        return None if request.method in ("GET", "HEAD") else _not_allowed("GET")

    # --- reading ---

    def _read(
        self, request: Request, lists: Lists, single: Mapping[str, Callable[[], Resource]]
    ) -> Answer:
        path = request.path.rstrip("/")
        if path in single:
            return _conditional(request, single[path]())
        try:
            if path in lists:
                return _conditional(request, self._list(path, request.query, lists[path]))
            parent = path.rpartition("/")[0]
            if parent in lists:
                for member in lists[parent][2]():
                    if member.get("uri") == path:
                        fields = dict(parse_qsl(request.query)).get("fields", "")
                        return _conditional(request, cut(member, fields))
        except BadQuery as error:
            return Answer(400, error_body("INVALID_QUERY_PARAMETER", str(error)))
        return not_found(request.path)

    def _list(
        self, path: str, query: str, of: tuple[str, str, Callable[[], list[Resource]]]
    ) -> Resource:
        category, type_name, members = of
        pairs = parse_qsl(query, keep_blank_values=True)
        arguments = dict(pairs)
        filters = [value for name, value in pairs if name in ("filter", "query")]
        found = select(members(), filters, arguments.get("sort", ""))
        start, end = bounds(arguments, len(found), self._site.page_size)
        shown = [cut(member, arguments.get("fields", "")) for member in found[start:end]]
        uri = f"{path}?{query}" if query else path
        body = page(
            shown,
            uri=uri,
            category=category,
            type_name=type_name,
            start=start,
            total=len(found),
        )
        rest = [(name, value) for name, value in pairs if name not in ("start", "count")]
        length = end - start
        if length and end < len(found):
            body["nextPageUri"] = _page_uri(path, end, length, rest)
        if length and start > 0:
            body["prevPageUri"] = _page_uri(path, max(0, start - length), length, rest)
        return body

    # --- what there is ---

    def _single(self) -> Mapping[str, Callable[[], Resource]]:
        site = self._site
        return {
            "/rest/appliance/nodeinfo/version": lambda: bodies_oneview.node_version(site),
            "/rest/appliance/nodeinfo/status": lambda: bodies_oneview.node_status(site),
            "/rest/appliance/firmware/pending": dict,
        }

    def _oneview_lists(self) -> Lists:
        site = self._site

        def of(
            body: Callable[[Site], list[Resource]],
        ) -> Callable[[], list[Resource]]:
            return lambda: body(site)

        oneview, hardware = bodies_oneview, bodies_appliances
        lists = {
            "/rest/alerts": ("alerts", "AlertResourceCollectionV3", of(oneview.alerts)),
            "/rest/events": ("events", "EventResourceCollectionV3", of(oneview.events)),
            "/rest/tasks": ("tasks", "TaskResourceCollectionV2", of(oneview.tasks)),
            "/rest/backups": ("backups", "PaginatedBackupCollection", of(oneview.backups)),
            "/rest/restores": ("restores", "RESTORE_COLLECTION", of(oneview.restores)),
            "/rest/appliance/ha-nodes": ("ha_node", "HANodeCollection", of(oneview.ha_nodes)),
            "/rest/enclosures": ("enclosures", "EnclosureListV8", of(hardware.enclosures)),
            "/rest/logical-enclosures": (
                "logical-enclosures",
                "LogicalEnclosureListV4",
                of(hardware.logical_enclosures),
            ),
            "/rest/ethernet-networks": (
                "ethernet-networks",
                "NetworkCollectionV4",
                of(oneview.networks),
            ),
            "/rest/id-pools/ipv4/ranges": (
                "id-range-IPV4",
                "RangeList",
                of(oneview.address_ranges),
            ),
            "/rest/os-deployment-plans": (
                "os-deployment-plans",
                "OsdpList",
                of(oneview.deployment_plans_seen),
            ),
        }
        if site.server != "not-supported":
            category = "deployment-managers"
            lists[_SERVERS] = (category, "DeploymentManagers", of(hardware.deployment_servers))
            lists[f"{_SERVERS}/image-streamer-appliances"] = (
                category,
                "ImageStreamerAppliances",
                of(hardware.appliances),
            )
            lists[f"{_SERVERS}/network"] = (category, "Networks", of(oneview.networks))
        return lists

    def _pair_lists(self, pair: Pair) -> Lists:
        site, streamer = self._site, bodies_streamer

        def of_kind(kind: str) -> Callable[[], list[Resource]]:
            return lambda: streamer.artifacts(pair, kind)

        kinds = (
            ("golden-images", "golden-images", "GoldenImages"),
            ("deployment-plans", "oe-deployment-plan", "OEDeploymentPlans"),
            ("build-plans", "build-plans", "OeBuildPlans"),
            ("plan-scripts", "plan-scripts", "PlanScripts"),
        )
        bundle = "artifacts-bundle"
        return {
            f"/rest/{kind}": (category, name, of_kind(kind)) for kind, category, name in kinds
        } | {
            "/rest/artifact-bundles": (bundle, "ArtifactsBundles", lambda: streamer.bundles(pair)),
            "/rest/artifact-bundles/backups": (
                bundle,
                "ArtifactsBundles",
                lambda: streamer.backups(pair),
            ),
            "/rest/os-volumes": ("os-volumes", "OSVolumes", lambda: streamer.volumes(site, pair)),
            "/rest/deployment-groups": (
                "deployment-groups",
                "DeploymentGroups",
                lambda: streamer.groups(site),
            ),
            "/rest/appliance/ha-nodes": (
                "ha_node",
                "HANodeCollection",
                lambda: streamer.ha_nodes(site, pair),
            ),
            "/rest/tasks": (
                "tasks",
                "TaskResourceCollectionV2",
                lambda: bodies_oneview.tasks(site, pair.name),
            ),
            "/rest/alerts": ("alerts", "AlertResourceCollectionV3", list),
        }


def unavailable(seconds: int) -> Answer:
    """503: come back later."""
    body = error_body("SERVICE_UNAVAILABLE", "The appliance is temporarily unavailable.")
    return Answer(503, body, {"Retry-After": str(seconds)})


def too_many(seconds: int) -> Answer:
    """429: too many requests."""
    body = error_body("TOO_MANY_REQUESTS", "Too many requests were sent.")
    return Answer(429, body, {"Retry-After": str(seconds)})


def not_found(path: str) -> Answer:
    """404."""
    body = error_body("RESOURCE_NOT_FOUND", f"The resource {path[:200]} was not found.")
    return Answer(404, body)


def _unauthorized() -> Answer:
    message = "The session is not authorized, or has expired."
    return Answer(401, error_body("AUTHORIZATION", message, "Log in again."))


def _not_allowed(allowed: str) -> Answer:
    body = error_body("METHOD_NOT_ALLOWED", "Simulated appliances can be read, not changed.")
    return Answer(405, body, {"Allow": allowed})


def _page_uri(path: str, start: int, count: int, rest: Sequence[tuple[str, str]]) -> str:
    bounds = [("start", str(start)), ("count", str(count))]
    return f"{path}?{urlencode([*bounds, *rest], quote_via=quote)}"


def _conditional(request: Request, body: Resource) -> Answer:
    """The body with its tag; 304 or 412 where a condition of the request says so."""
    tag = body.get("eTag") or entity_tag(body)
    headers = {"ETag": f'"{tag}"'}
    if _names(request.headers.get("if-none-match"), tag):
        return Answer(304, None, headers)
    wanted = request.headers.get("if-match")
    if wanted is not None and not _names(wanted, tag):
        return Answer(412, error_body("PRECONDITION_FAILED", "The resource has changed."))
    return Answer(200, body, headers)


def _names(header: str | None, tag: str) -> bool:
    if header is None:
        return False
    tags = [part.strip().removeprefix("W/").strip('"') for part in header.split(",")]
    return "*" in tags or tag in tags
