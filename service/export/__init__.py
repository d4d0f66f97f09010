"""Exports of the trail, streamed.

- The trail in use: `live`. A trail that has ended: `archived`.
- A bundle that can be verified offline: `bundle`, made from `sources`.
- Lines for spreadsheets and SIEMs: `formats`.
"""

from service.export.archived import ArchiveExport, NoArchive, begin_archive_export
from service.export.live import Export, ExportFormat, OnStep, begin_export

__all__ = [
    "ArchiveExport",
    "Export",
    "ExportFormat",
    "NoArchive",
    "OnStep",
    "begin_archive_export",
    "begin_export",
]
