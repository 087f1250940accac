"""Who may act: city, district, department, post and person; authorization; separation of duties.

`model` is the data, `roles` the vocabulary. `authorization` is the one place that decides who may do what,
with `duties` as its list of what excludes what. `directory` keeps the organisation in the database,
`passwords` checks sign-in, `roster` reads an organisation from CSV and `importing` brings it into the tables.
"""
