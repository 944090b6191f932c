"""Documents of flowing text, written once as blocks and printed as PDF or handed on as Word files.

    from webapp.core.documents.blocks import Document, Heading, Paragraph, Table, ...
    from webapp.core.documents.pdf import to_pdf
    from webapp.core.documents.word import to_docx

    document = Document(title="...", language="zh-Hans", blocks=(Heading("..."), Paragraph("...")))
    data = to_pdf(document)     # bytes of the file
    data = to_docx(document)

Blocks say what a thing is; how it looks is decided here, the same for every document of the programme. Neither
writer needs an application or a database.
"""
