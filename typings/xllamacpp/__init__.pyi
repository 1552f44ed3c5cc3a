# The part of xllamacpp (a Cython module without types) that the engine uses.
class _Model:
    path: str

class _CpuParams:
    n_threads: int

class CommonParams:
    model: _Model
    cpuparams: _CpuParams
    model_alias: list[str]
    api_keys: list[str]
    hostnames: list[str]
    port: int
    n_ctx: int
    n_parallel: int
    n_batch: int
    n_ubatch: int
    cache_ram_mib: int
    ui: bool
    endpoint_slots: bool
    verbosity: int
    chat_template: str

class Server:
    def __init__(self, params: CommonParams) -> None: ...
    @property
    def listening_address(self) -> str: ...
