"""What the evidence ranker sees of a sentence: signals of a passage, matches with a question, links between both."""
