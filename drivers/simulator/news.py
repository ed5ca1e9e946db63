"""What is new at a simulated site since one last looked, as lines for people."""

from __future__ import annotations

from drivers.simulator.site import Site


class News:
    """Follows the tasks, alerts and silences of a site."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._known = self._standing()
        self._mishaps = len(site.mishaps)

    def lines(self) -> list[str]:
        """What has changed, oldest first, each with the time at the site."""
        now = self._standing()
        changed = [text for key, text in now.items() if self._known.get(key) != text and text]
        changed += [f"could not be done: {text}" for text in self._site.mishaps[self._mishaps :]]
        self._known, self._mishaps = now, len(self._site.mishaps)
        return [f"{self._site.now:%H:%M:%S}Z  {text}" for text in changed]

    def _standing(self) -> dict[str, str]:
        site = self._site
        said = {"oneview": _voice("HPE OneView", site.silence)}
        for pair in site.pairs.values():
            said[pair.name] = _voice(f"the cluster of {pair.name}", pair.silence)
        for task in site.tasks:
            step = task.updates[-1][1] if task.updates and not task.ended else task.status
            said[task.uri] = f"task {task.name!r} {task.state}, {task.percent} %: {step}"
        for alert in site.alerts:
            said[alert.uri] = f"alert {alert.state}: {alert.resource_name}: {alert.description}"
        return said


def _voice(name: str, silence: str) -> str:
    return f"{name} gives no answer" if silence else f"{name} answers"
