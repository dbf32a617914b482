"""llmlingua 0.2.2 to the letter, faults included: what ``LLMLingua2(compat="upstream")`` runs on."""
