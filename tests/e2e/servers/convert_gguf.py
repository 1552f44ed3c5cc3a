"""Makes a folder that vLLM can serve from the embedded model's GGUF file: `python convert_gguf.py FILE.gguf FOLDER`.

Runs in vLLM's own environment (torch, transformers, gguf, accelerate), not in the project's.
"""
# pyright: basic, reportMissingImports=false

import sys
from pathlib import Path

import torch
import transformers


def main(source: Path, target: Path) -> None:
    tokenizer = transformers.AutoTokenizer.from_pretrained(source.parent, gguf_file=source.name)
    read = transformers.AutoModelForCausalLM.from_pretrained(source.parent, gguf_file=source.name, dtype=torch.bfloat16)
    # What was read from GGUF counts as quantised and cannot be saved, although its weights are dequantised by now.
    settings = read.config.to_dict()
    settings.pop("quantization_config", None)
    settings["tie_word_embeddings"] = True
    model = transformers.LlamaForCausalLM(transformers.LlamaConfig(**settings)).to(torch.bfloat16)
    fit = model.load_state_dict(read.state_dict(), strict=False)
    if fit.unexpected_keys or set(fit.missing_keys) - {"lm_head.weight"}:
        sys.exit(f"the weights do not fit: {fit}")
    model.tie_weights()
    model.save_pretrained(target)
    tokenizer.save_pretrained(target)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
