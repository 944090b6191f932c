"""The printed certificate: time and size."""

from __future__ import annotations

import statistics
import time
from datetime import date

from bench.findings import Finding
from bench.stage import Stage
from webapp.certificates.pdf import CertificatePrint, render, warm_up

NAMES = (
    "王晓兰", "欧阳修远", "Amina Diallo", "Nguyễn Thị Phương Thảo", "Żółć Gęślą Jaźń", "阿卜杜热合曼·买买提",
    "Maria 王佳宁 O’Brien", "犇喆堃𠮷",
)
RENDER_MS, SIZE_KB = 15, 60


def measure(stage: Stage) -> list[Finding]:
    """Median time and greatest size of certificates of several names, in this process."""
    warm_up()
    files = [render(_of(name)) for name in NAMES]
    times = []
    for _turn in range(5 if stage.quick else 25):
        for name in NAMES:
            begun = time.perf_counter()
            render(_of(name))
            times.append(1000 * (time.perf_counter() - begun))
    middle, largest = statistics.median(times), max(len(each) for each in files) / 1000
    return [
        Finding(f"certificate PDF, median of {len(times)}", f"{middle:.1f} ms", f"at most {RENDER_MS} ms", middle <= RENDER_MS),
        Finding(f"certificate PDF, largest of {len(NAMES)} names", f"{largest:.1f} kB", f"at most {SIZE_KB} kB", largest <= SIZE_KB),
    ]


def _of(name: str) -> CertificatePrint:
    code = "7KQ4-M2XD-9RTW-B"
    return CertificatePrint(
        code=code, verify_url=f"https://learn.example.org/certificates/{code}", name=name,
        title={"zh-Hans": "可持续发展目标本地化导论", "en": "Introduction to SDG localization"}, hours=3, issued_on=date(2026, 11, 20),
        issuer={"zh-Hans": "LocalGoals培训项目", "en": "LocalGoals training programme"},
        signatory={"zh-Hans": "项目办公室", "en": "Programme office"},
        signatory_role={"zh-Hans": "代表培训项目", "en": "For the training programme"}, edition="2026",
    )
