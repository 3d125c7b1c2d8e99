"""Values as pages write them, converted to the forms that schemas ask for.

`texts`, `numbers`, `dates` and `enums` have one function for each form. Each function returns None
if there is no safe conversion. Nothing is guessed: a date with two readings is no date, and a
range is no number. `separators` decides what `1.250` is, with the help of `locales` (how languages
write) and `currencies`. The modules import only `activities.declared.vocabulary`.
"""
