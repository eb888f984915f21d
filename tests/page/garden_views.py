"""Buttons, lists, layouts and a form for the bot of the page tests."""

from __future__ import annotations

import io

import discord
from discord import ui


def report() -> io.BytesIO:
    return io.BytesIO(b"Everything grows.\n" * 40)


class Panel(ui.View):
    """Every style of button, one that never answers, and two selects."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.add_item(ui.Button(label="The manual", url="https://example.org/manual", row=1))
        self.add_item(ui.Button(label="Out of season", disabled=True, row=1))

    @ui.button(label="Count", style=discord.ButtonStyle.primary, custom_id="count", row=0)
    async def count(self, interaction: discord.Interaction, button: ui.Button[Panel]) -> None:
        pressed = int((button.label or "Count 0").split()[-1].replace("Count", "0")) + 1
        button.label = f"Count {pressed}"
        await interaction.response.edit_message(content=f"Pressed {pressed} times.", view=self)

    @ui.button(label="Later", style=discord.ButtonStyle.secondary, custom_id="mute", row=0)
    async def mute(self, interaction: discord.Interaction, button: ui.Button[Panel]) -> None:
        return

    @ui.button(label="Approve", style=discord.ButtonStyle.success, custom_id="approve", row=0)
    async def approve(self, interaction: discord.Interaction, button: ui.Button[Panel]) -> None:
        await interaction.response.send_message("Approved.", ephemeral=True)

    @ui.button(label="Delete", style=discord.ButtonStyle.danger, custom_id="delete", row=0)
    async def delete(self, interaction: discord.Interaction, button: ui.Button[Panel]) -> None:
        await interaction.response.edit_message(content="Gone.", view=None)

    @ui.select(
        placeholder="Choose seeds",
        row=2,
        custom_id="seeds",
        min_values=1,
        max_values=2,
        options=[
            discord.SelectOption(label="Fern", value="fern", description="Likes shade"),
            discord.SelectOption(label="Thyme", value="thyme", description="Likes stones"),
            discord.SelectOption(label="Poppy", value="poppy", description="Likes everything"),
        ],
    )
    async def seeds(self, interaction: discord.Interaction, select: ui.Select[Panel]) -> None:
        await interaction.response.send_message("Sowing " + " and ".join(select.values), ephemeral=True)

    @ui.select(cls=ui.UserSelect, placeholder="Choose a gardener", custom_id="gardener", row=3)
    async def gardener(self, interaction: discord.Interaction, select: ui.UserSelect[Panel]) -> None:
        await interaction.response.send_message(f"{select.values[0].display_name} digs.", ephemeral=True)


class Gate(ui.View):
    """A list and a button below a private message; both change it after a moment of thought."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @ui.select(
        placeholder="Choose a gate",
        custom_id="gate",
        options=[discord.SelectOption(label="North"), discord.SelectOption(label="South", default=True)],
    )
    async def gate(self, interaction: discord.Interaction, select: ui.Select[Gate]) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content=f"The {select.values[0]} gate is open.")

    @ui.button(label="Close it", custom_id="close")
    async def close(self, interaction: discord.Interaction, _: ui.Button[Gate]) -> None:
        await interaction.response.defer()
        await interaction.delete_original_response()


class Done(ui.Button["Layout"]):
    """The accessory of the layout's section."""

    def __init__(self) -> None:
        super().__init__(label="Water it", style=discord.ButtonStyle.success, custom_id="water")

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message("Watered.", ephemeral=True)


class Layout(ui.LayoutView):
    """Everything of the second generation of components."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        pictures = [discord.MediaGalleryItem(f"attachment://hills-{at}.png") for at in (0, 1)]
        self.add_item(ui.TextDisplay("A layout of **components**"))
        self.add_item(
            ui.Container(
                ui.Section("### The east bed", "Dry since *Tuesday*.", accessory=Done()),
                ui.Separator(),
                ui.MediaGallery(*pictures),
                ui.Section("A look from the gate", accessory=ui.Thumbnail("attachment://hills-2.png")),
                ui.Separator(visible=False, spacing=discord.SeparatorSpacing.large),
                ui.File("attachment://report.txt"),
                accent_colour=0xE9B44C,
            )
        )


class Form(ui.Modal, title="A new bed"):
    """One field of every kind."""

    intro: ui.TextDisplay[ui.LayoutView] = ui.TextDisplay("Tell us what you would like to **grow**.")
    title_input: ui.Label[Form] = ui.Label(
        text="Name",
        description="What the sign will say.",
        component=ui.TextInput(custom_id="name", placeholder="The herb corner", min_length=3, max_length=40),
    )
    season: ui.Label[Form] = ui.Label(
        text="Season",
        component=ui.Select(
            custom_id="season", options=[discord.SelectOption(label=each) for each in ("Spring", "Summer", "Autumn")]
        ),
    )
    light: ui.Label[Form] = ui.Label(
        text="Light",
        component=ui.RadioGroup(
            custom_id="light",
            options=[
                discord.RadioGroupOption(label="Sun", value="sun", description="Six hours or more"),
                discord.RadioGroupOption(label="Shade", value="shade"),
            ],
        ),
    )
    plan: ui.Label[Form] = ui.Label(
        text="A plan", component=ui.FileUpload(custom_id="plan", required=False, max_values=2)
    )

    def __init__(self) -> None:
        super().__init__()

    async def on_submit(self, interaction: discord.Interaction) -> None:
        name, season, light, plan = (each.component for each in (self.title_input, self.season, self.light, self.plan))
        assert isinstance(name, ui.TextInput)
        assert isinstance(season, ui.Select)
        assert isinstance(light, ui.RadioGroup)
        assert isinstance(plan, ui.FileUpload)
        files = ", ".join(f"{each.filename} ({each.size})" for each in plan.values) or "no plan"
        await interaction.response.send_message(f"{name.value}: {season.values[0]}, {light.value}, {files}.")


class Labelling(ui.Modal, title="Label this"):
    """Radio buttons and boxes that say what is set already."""

    kind: ui.Label[Labelling] = ui.Label(
        text="Kind",
        component=ui.RadioGroup(
            custom_id="kind",
            options=[
                discord.RadioGroupOption(label="Tree", value="tree"),
                discord.RadioGroupOption(label="Herb", value="herb", default=True),
            ],
        ),
    )
    needs: ui.Label[Labelling] = ui.Label(
        text="Needs",
        component=ui.CheckboxGroup(
            custom_id="needs",
            required=False,
            options=[
                discord.CheckboxGroupOption(label="Water", value="water", default=True),
                discord.CheckboxGroupOption(label="Shade", value="shade"),
            ],
        ),
    )
    edible: ui.Label[Labelling] = ui.Label(text="Edible", component=ui.Checkbox(custom_id="edible", default=True))

    def __init__(self, target: str) -> None:
        super().__init__()
        self.target = target

    async def on_submit(self, interaction: discord.Interaction) -> None:
        kind, needs, edible = (each.component for each in (self.kind, self.needs, self.edible))
        assert isinstance(kind, ui.RadioGroup)
        assert isinstance(needs, ui.CheckboxGroup)
        assert isinstance(edible, ui.Checkbox)
        text = f"{self.target}: {kind.value}, {'+'.join(needs.values)}, {edible.value}."
        await interaction.response.send_message(text, ephemeral=True)


class Note(ui.Modal, title="Leave a note"):
    """A modal of the first generation: text inputs in rows."""

    note: ui.TextInput[Note] = ui.TextInput(
        label="Your note", custom_id="note", style=discord.TextStyle.paragraph, max_length=120, default="Dear gardener,"
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"Noted: {self.note.value}")
