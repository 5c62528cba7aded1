"""FlashSloth in vLLM: `register` is the entry point that vLLM calls in each of its processes.

- `rows`: the data that EmbQ stores in a slot of the KV cache, and which query tokens a step updates.
- `paged`: these rows as a layer of vLLM's KV cache, and the custom op in which EmbQ reads them.
- `decoder`: vLLM's layers for five families, with EmbQ before one of them.
- `model`: pictures, embeddings, decoder, logits and weights.
- `processor`: turns pictures into pixels, and placeholders into visual tokens.
- `prompts`: turns chat messages into ids, as FlashSloth's own programs do.
- `checks`: the settings that are refused at start.
- `vllm_api`: everything that is imported from vLLM.
"""

SUPPORTED = "0.32"  # the version whose internals vllm_api uses


def register() -> None:
    """Register FlashSloth's models with vLLM. It may be called several times.

    Raises: RuntimeError for another version of vLLM.
    """
    from vllm import __version__

    if __version__.split("+")[0].rsplit(".", 1)[0] != SUPPORTED:
        raise RuntimeError(
            f"flashsloth-vllm needs vLLM {SUPPORTED}, not {__version__}: it uses internals of that version"
        )
    from flashsloth_vllm import checks, prompts, vllm_api

    vllm_api.register_model(
        checks.ARCHITECTURES, "flashsloth_vllm.model:FlashSlothForVllm", checks.FlashSlothSettings
    )
    vllm_api.split_graphs_at(checks.OP)
    vllm_api.register_prompts(
        checks.PROMPTS,
        (prompts.__name__, prompts.FlashSlothTokenizer.__name__),
        (prompts.__name__, prompts.FlashSlothRenderer.__name__),
    )
    checks.register_config()
