"""Who may act: city, district, department, post and person; authorization; separation of duties.

`model` is the data, `roles` the vocabulary, `authorization` the one place that decides who may do what,
`roster` reads an organisation from CSV, `directory` keeps it in the database, `passwords` checks sign-in.
"""
