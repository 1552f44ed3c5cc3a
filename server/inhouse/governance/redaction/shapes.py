"""Tokens that tell what they are by their own shape, whatever stands around them.

Prefixes and lengths are those that the issuers publish for secret scanning. A text without a rule's anchor costs one
substring search, which is what keeps 60 rules fast.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from inhouse.governance.redaction.found import Found


@dataclass(frozen=True)
class Shape:
    """Every token holds `anchor`. A group `secret` in `pattern` is what is replaced, else the whole token is."""

    rule: str
    anchor: str
    pattern: str

    @cached_property
    def _compiled(self) -> re.Pattern[str]:
        return re.compile(rf"{self.pattern}(?![A-Za-z0-9])", re.ASCII)

    def find(self, text: str) -> Iterator[Found]:
        if self.anchor not in text:
            return
        group = "secret" if "secret" in self._compiled.groupindex else 0
        for match in self._compiled.finditer(text):
            if match.start() == 0 or not _goes_on(text[match.start() - 1]) or not match[0][0].isalnum():
                yield Found(match.start(group), match.end(group), self.rule)


SHAPES = (
    Shape("age key", "AGE-SECRET-KEY-1", "AGE-SECRET-KEY-1[0-9A-Z]{58}"),
    Shape("artifactory key", "AKCp", "AKCp[A-Za-z0-9]{69}"),
    Shape("atlassian token", "ATATT3", r"ATATT3[\w-]{50,300}=?[A-Za-z0-9]{0,8}"),
    Shape("aws key id", "AKIA", "AKIA(?![A-Z0-9]{9}EXAMPLE)[A-Z2-7]{16}"),
    Shape("aws key id", "ASIA", "ASIA(?![A-Z0-9]{9}EXAMPLE)[A-Z2-7]{16}"),
    Shape("databricks token", "dapi", "dapi[0-9a-f]{32}"),
    Shape("digitalocean token", "_v1_", "do[opr]_v1_[0-9a-f]{64}"),
    Shape("docker token", "dckr_pat_", r"dckr_pat_[\w-]{20,60}"),
    Shape("doppler token", "dp.pt.", "dp\\.pt\\.[A-Za-z0-9]{40,60}"),
    *(Shape("github token", f"gh{kind}_", f"gh{kind}_[A-Za-z0-9]{{36,255}}") for kind in "pousr"),
    Shape("github token", "github_pat_", r"github_pat_\w{22,255}"),
    Shape("gitlab token", "gl", r"gl(?:pat|[drpf]t|ptt|soat|cbt|imt|oas|agent|ffct)-[\w.-]{20,300}"),
    Shape("google client secret", "GOCSPX-", r"GOCSPX-[\w-]{28}"),
    Shape("google key", "AIza", r"AIza[\w-]{35}"),
    Shape("google token", "ya29.", r"ya29\.[\w-]{20,500}"),
    Shape("grafana token", "glsa_", r"glsa_\w{32,60}"),
    Shape("groq key", "gsk_", "gsk_[A-Za-z0-9]{40,80}"),
    Shape("hugging face token", "hf_", "hf_[A-Za-z0-9]{30,60}"),
    Shape("json web token", "eyJ", r"eyJ(?<![\w-]eyJ)[\w-]{10,4000}+\.[\w-]{2,8000}+(?:\.[\w-]{0,8000}+){1,3}"),
    Shape("linear key", "lin_api_", "lin_api_[A-Za-z0-9]{40}"),
    Shape("new relic key", "NRAK-", "NRAK-[A-Z0-9]{27}"),
    Shape("npm token", "npm_", "npm_[A-Za-z0-9]{36}"),
    Shape("nvidia key", "nvapi-", r"nvapi-[\w-]{60,80}"),
    Shape("openai-like key", "sk-", r"sk-(?:(?:proj|svcacct|admin|ant|or|lf)-[\w-]{20,250}|[A-Za-z0-9]{20,100})"),
    Shape("perplexity key", "pplx-", "pplx-[A-Za-z0-9]{40,60}"),
    Shape("postman key", "PMAK-", r"PMAK-[\w-]{50,70}"),
    Shape("pypi token", "pypi-AgE", r"pypi-AgE[\w-]{50,300}"),
    Shape("replicate token", "r8_", "r8_[A-Za-z0-9]{37}"),
    Shape("rubygems key", "rubygems_", "rubygems_[0-9a-f]{48}"),
    Shape("sendgrid key", "SG.", r"SG\.[\w-]{16,32}\.[\w-]{16,64}"),
    Shape("sentry token", "sntrys_", r"sntrys_[\w+/=]{40,400}"),
    Shape("shopify token", "shp", "shp(?:at|ca|pa|ss)_[0-9a-f]{32}"),
    Shape("slack token", "xox", r"xox[abeoprs]-[\w-]{10,250}"),
    Shape("slack token", "xapp-", r"xapp-[\w-]{20,250}"),
    Shape("slack webhook", "hooks.slack", r"hooks\.slack\.com/services/(?P<secret>T\w{6,14}/B\w{6,14}/\w{20,30})"),
    Shape("stripe key", "k_live_", "[sr]k_live_[A-Za-z0-9]{16,250}"),
    Shape("stripe key", "k_test_", "[sr]k_test_[A-Za-z0-9]{16,250}"),
    Shape("stripe key", "whsec_", "whsec_[A-Za-z0-9+/=]{24,100}"),
    Shape("tailscale key", "tskey-", r"tskey-[\w-]{20,80}"),
    Shape("telegram token", ":AA", r"\d{8,10}:AA[\w-]{33}"),
    Shape("terraform token", ".atlasv1.", r"\.atlasv1\.(?P<secret>[\w-]{60,90})"),
    Shape("twilio key", "SK", "SK[0-9a-f]{32}"),
    Shape("vault token", "hvs.", r"hvs\.[\w-]{24,300}"),
    Shape("vault token", "hvb.", r"hvb\.[\w-]{24,300}"),
    Shape("xai key", "xai-", "xai-[A-Za-z0-9]{60,90}"),
)


def shaped(text: str) -> Iterator[Found]:
    for shape in SHAPES:
        yield from shape.find(text)


def _goes_on(char: str) -> bool:
    """Whether a token that begins behind it is part of a longer word."""
    return char.isalnum() or char in "_-"
