"""The course file format: read, check, revise, publish and render.

A *course* is a folder of text files. It is read once into immutable objects; every question, lesson, quiz and
course has a *revision*, the hash of its content. *Importing* stores an archive by its revision, *publishing*
moves the pointer that every worker follows, *withdrawing* gives the shipped folder back.
"""
