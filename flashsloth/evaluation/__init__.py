"""How often a model is right about a data set, each question asked behind its own earlier answers.

`dialogues` finds what is to be asked, `answering` asks it (`together` many at once), `scores` compares and counts,
`run` puts them together and yields what comes of each dialogue.
"""
