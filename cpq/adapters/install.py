"""The line that installs Pango, for the machine at hand (安装命令)."""

import sys

_LINES = {
    "linux": "apt-get install --no-install-recommends "
    "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0",
    "darwin": "brew install pango",
    "win32": "pacman -S mingw-w64-ucrt-x86_64-pango (in MSYS2, https://www.msys2.org)",
}


def install_line(platform: str = sys.platform) -> str:
    """What to type to install Pango on ``linux`` (Debian), ``darwin`` or ``win32``.

    >>> install_line("darwin")
    'brew install pango'
    """
    return _LINES.get(platform, _LINES["linux"])
